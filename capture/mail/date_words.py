"""Months, zones and halves of the day as mail programs name them, in the languages they speak.

From the common locale data (CLDR), genitives and abbreviations among them; a word that ends in *
stands for all that begin so. What is the name of two months in two languages is the one it is more
often.
"""

from __future__ import annotations

import unicodedata

_MONTHS: tuple[str, ...] = (
    """jan jan* gen gen* ene ener* ian ianuar* led leden ledna stycz* sty saus* sausi* sij* oca ocak* tammi*
       янв* яну* січ* јан* ιαν* يناير ינואר januari""",
    """feb* fev* fevr* febr* lut* uno unor* şub şubat* helmi* veebr* vas vasari* velj* fév* фев* лют* φεβ* فبراير
       פברואר""",
    """mar march mars marz marzo märz maart mrt mrz marts mart marta martie març março marco marz* marec
       marca bře břez* brez* márc márc* marc marci* kov kovo ožu* maalis* mac март* мар марта бер берез* μαρ* مارس מרץ
       märts marcius marzec""",
    """apr* avr* abr* ápr* dub dubn* duben kwi* bal balandž* tra travn* nis nisan* huhti* апр* кві* квіт* απρ*
       أبريل ابريل إبريل אפריל""",
    """may mai maj mag maggio mei mayo maio maig maí mayıs mayis máj máj* mája maja kvě květ* kvet* geg geguž* svib*
       touko* maijs maija май мая мај мај* тра трав* μαι* μαΐ* μαϊ* مايو מאי magg*""",
    """jun* jún* jūn* giu giugn* juin iun iuni* červen června červnu červn* cerven* čvn cze czerw* birž* lipanj*
       lipnj* haz hazir* kesä* juun* июн* чер черв* јун* ιουν* يونيو יוני юни""",
    """jul* júl* jūl* lug lugl* juil* iul* červenec července červenci* cervenec* cervence* čvc lip lipc* lipiec liep*
       srpanj* srpnj* tem temmuz* heinä* juul* июл* лип липн* липень* јул* ιουλ* يوليو יולי юли""",
    """aug* ago ago* août aout ag aoû* srp srpen* srpna* srpnu* sie sierp* rugp* kolov* ağu* agu* agt elo elok* авг*
       сер серп* ауг* αυγ* أغسطس اغسطس אוגוסט avg* ogos*""",
    """sep* set sett* set* szept* sept* zář* zari wrz* rugs* ruj* eyl eylül* eylul* syys* сен* вер верес* сеп* σεπ*
       سبتمبر ספטמבר""",
    """okt* oct* ott ott* out outubro* říj* rijn* paź paźdz* pazdz* spal* eki ekim* loka* окт* жов жовт* οκτ* أكتوبر
       اكتوبر אוקטובר""",
    """nov* noi noiem* lis listop* lapkr* stud* kas kasım* kasim* marras* ноя* ное* лис листоп* нов* νοε* νοέ* نوفمبر
       נובמבר""",
    """dec* déc* dez* dic* des* dets* pro pros* gru grud* gruod* ara aralı* arali* joulu* дек* гру груд* дец* δεκ*
       ديسمبر דצמבר dis""",
)

# Hours and minutes east of Greenwich. Names that several zones share (IST) are left out.
_ZONES: dict[str, tuple[str, ...]] = {
    "+0000": ("gmt", "utc", "ut", "z", "wet", "wez", "greenwich"),
    "+0100": ("cet", "mez", "met", "seč", "west", "wesz", "bst"),
    "+0200": ("cest", "mesz", "mest", "selč", "eet", "oez", "sast"),
    "+0300": ("eest", "oesz", "msk", "trt", "мск"),
    "+0400": ("msd", "gst"),
    "+0700": ("wib", "ict", "krat"),
    "+0800": ("awst", "hkt", "sgt", "myt", "pht", "wita"),
    "+0900": ("jst", "kst", "wit"),
    "+0930": ("acst",),
    "+1000": ("aest",),
    "+1030": ("acdt",),
    "+1100": ("aedt",),
    "+1200": ("nzst",),
    "+1300": ("nzdt",),
    "-0230": ("ndt",),
    "-0300": ("adt", "brt", "art", "haa"),
    "-0400": ("ast", "edt", "hae"),
    "-0500": ("est", "cdt", "hne", "hac", "cot", "pet"),
    "-0600": ("cst", "mdt", "hnc", "har"),
    "-0700": ("mst", "pdt", "hnr", "hap"),
    "-0800": ("pst", "akdt", "hnp"),
    "-0900": ("akst",),
    "-1000": ("hst",),
}

# The same in full, as some programs write it.
LONG_ZONES: dict[str, str] = {
    "mitteleuropäische sommerzeit": "+0200", "mitteleuropäische zeit": "+0100", "mitteleuropäische normalzeit": "+0100",
    "central european summer time": "+0200", "central european standard time": "+0100",
    "central european time": "+0100", "heure d'été d'europe centrale": "+0200",
    "heure normale d'europe centrale": "+0100", "hora de verano de europa central": "+0200",
    "hora estándar de europa central": "+0100", "ora legale dell'europa centrale": "+0200",
    "ora standard dell'europa centrale": "+0100", "coordinated universal time": "+0000",
    "koordinierte weltzeit": "+0000", "eastern standard time": "-0500", "eastern daylight time": "-0400",
    "central standard time": "-0600", "central daylight time": "-0500", "mountain standard time": "-0700",
    "mountain daylight time": "-0600", "pacific standard time": "-0800", "pacific daylight time": "-0700",
    "british summer time": "+0100", "greenwich mean time": "+0000", "московское время": "+0300",
    "москва, стандартное время": "+0300",
}  # fmt: skip

# Before noon, and after it.
AFTER_NOON: dict[str, bool] = {
    "am": False, "a.m": False, "a. m": False, "午前": False, "上午": False, "오전": False, "π.μ": False, "öö": False,
    "pm": True, "p.m": True, "p. m": True, "午後": True, "下午": True, "오후": True, "μ.μ": True, "ös": True,
}  # fmt: skip


def bare(word: str) -> str:
    """A lower-case word without its accents: how programs write that know ASCII only."""
    return "".join(one for one in unicodedata.normalize("NFD", word) if not unicodedata.combining(one))


def _words(pattern: bool) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, words in enumerate(_MONTHS, 1):
        for word in words.split():
            if word.endswith("*") == pattern:
                stem = word.strip("*.")
                found.setdefault(stem, number)
    return found


_EXACT = _words(pattern=False)
_BEGINNINGS = _words(pattern=True)
_LONGEST = max(map(len, _BEGINNINGS))
_SHORTEST = 3
_BARE_EXACT = {bare(word): number for word, number in reversed(_EXACT.items())}
_BARE_BEGINNINGS = {bare(word): number for word, number in reversed(_BEGINNINGS.items())}
ZONE_OFFSETS: dict[str, str] = {name: offset for offset, names in _ZONES.items() for name in names}


def month_of(word: str) -> int | None:
    """Which month a lower-case word (NFC) names in any of the languages; None for any other word."""
    for exact, beginnings, spelt in (
        (_EXACT, _BEGINNINGS, word),
        (_BARE_EXACT, _BARE_BEGINNINGS, bare(word)),
    ):
        if number := exact.get(spelt):
            return number
        for length in range(min(len(spelt), _LONGEST), _SHORTEST - 1, -1):
            if number := beginnings.get(spelt[:length]):
                return number
    return None
