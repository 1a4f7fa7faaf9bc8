"""Names that mail programs give Drafts, Junk, Trash, All Mail, Sent and mail to be sent, in the
common languages."""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s_-]+")
_ELECTRONIC = re.compile(r"\be (?=mail|post)")

_NAMES: dict[str, str] = {
    "drafts": """
        drafts, draft, entwürfe, entwurf, brouillons, brouillon, borradores, borrador, bozze, bozza, rascunhos,
        rascunho, concepten, utkast, kladder, kladd, luonnokset, wersje robocze, szkice, robocze, koncepty,
        rozepsané, piszkozatok, taslaklar, черновики, чернетки, чернови, 草稿, 草稿箱, 草稿夹, 下書き, 임시보관함,
        임시 보관함, 초안, ciorne, schițe, πρόχειρα, טיוטות, المسودات, مسودات, osnutki, skice, mustandid,
        juodraščiai, melnraksti, esborranys, bản nháp, thư nháp, draf, konsep, แบบร่าง, จดหมายร่าง
    """,
    "junk": """
        junk, junk email, junk mail, junk folder, spam, spam mail, bulk, bulk mail, bulkmail, spamverdacht, unerwünscht,
        unerwünschte werbung, werbung,
        courrier indésirable, courriers indésirables, indésirable, indésirables, pourriel, pourriels,
        correo no deseado, correo electrónico no deseado, correo basura, no deseado, posta indesiderata,
        indesiderata, lixo eletrônico, lixo electrónico, email de lixo, ongewenste email, ongewenst,
        skräppost, søppelpost, søppel epost, spampost, uønsket email, uønsket post, uønsket, roskaposti,
        wiadomości śmieci, niechciane, nevyžádaná pošta, nevyžádané, nevyžiadaná pošta, levélszemét, gereksiz,
        gereksiz eposta, gereksiz email, istenmeyen, önemsiz, önemsiz eposta, спам, нежелательная почта, небажана пошта,
        небажані, нежелана поща, 垃圾邮件, 垃圾箱, 垃圾郵件, 垃圾信件, 迷惑メール, スパム, スパムメール, 스팸, 스팸함,
        스팸메일, 스팸메일함, 스팸 메일함, 정크 메일, 정크메일, ανεπιθύμητα, ανεπιθύμητη αλληλογραφία, mesaje nedorite,
        דואר זבל, البريد العشوائي, البريد غير الهام, neželena pošta, neželjena pošta, rämpspost, correu brossa,
        thư rác, อีเมลขยะ
    """,
    "trash": """
        trash, deleted, deleted items, deleted messages, deleted mail, bin, rubbish, wastebasket, papierkorb, gelöscht,
        gelöschte objekte, gelöschte elemente, gelöschte nachrichten, corbeille, poubelle, éléments supprimés,
        messages supprimés, supprimés, papelera, papelera de reciclaje, elementos eliminados, mensajes eliminados,
        eliminados, cestino, posta eliminata, elementi eliminati, messaggi eliminati, eliminati, lixeira,
        itens excluídos, itens eliminados, mensagens excluídas, excluídos, lixo, prullenbak, prullenmand,
        verwijderde items, verwijderd, verwijderde berichten, papperskorgen, papperskorg, borttagna objekt, borttagna,
        borttaget, papirkurv, papirkurven, slettet post, slettet, slettede elementer, slettede meldinger,
        søppelbøtte, roskakori, poistetut, kosz, elementy usunięte, usunięte, koš, odstraněná pošta, odstraněné,
        smazané, kôš, odstránená pošta, kuka, lomtár, törölt elemek, törölt, çöp kutusu, çöp, silinmiş öğeler,
        silinmiş, корзина, удаленные, удалённые, удаленные элементы, удалённые элементы, кошик, видалені,
        видалені елементи, кошче, изтрити, 已删除邮件, 已删除, 已刪除的郵件, 刪除的郵件, 已刪除, 垃圾桶, 废件箱, 回收站,
        ゴミ箱, ごみ箱, 削除済み, 削除済みアイテム, 휴지통, 지운편지함, 지운 편지함, 삭제된 편지함, 지운 항목,
        coș de gunoi, gunoi, mesaje șterse, elemente șterse, κάδος απορριμμάτων, κάδος, διαγραμμένα,
        פריטים שנמחקו, אשפה, המחיקות, المهملات, سلة المهملات, العناصر المحذوفة,
        koš za smeće, smeće, smeti, izbrisano, prügikast, kustutatud,
        paperera, thùng rác, sampah, kotak sampah, ถังขยะ
    """,
    "unsent": """
        outbox, unsent, unsent messages, unsent mail, postausgang, nicht gesendet, boîte d'envoi, boite d'envoi,
        messages non envoyés, bandeja de salida, no enviados, posta in uscita, non inviati, caixa de saída,
        a enviar, postvak uit, niet verzonden, utkorg, utkorgen, utboks, udbakke, lähtevät, skrzynka nadawcza,
        do wysłania, pošta k odeslání, k odeslání, pošta na odoslanie, na odoslanie, postázandó, postázandó üzenetek,
        kimenő, kimenő üzenetek, giden kutusu, исходящие, вихідні, изходящи, изходяща кутия, 发件箱, 待发送, 寄件匣,
        送信トレイ, 送信待ち, 未送信, 보낼 편지함, 보낼편지함, 보내는 편지함, mesaje de trimis,
        căsuță poștală de ieșire, εξερχόμενα, דואר יוצא, البريد الصادر, صندوق الصادر, علبة الصادر, odlazna pošta,
        odlazni sandučić, saatmata, safata de sortida, hộp thư đi, kotak keluar, กล่องจดหมายออก,
        queue, queued, mail queue, send queue, warteschlange, sendewarteschlange, file d'attente, cola de envío,
        fila de envio, wachtrij,
        templates, template, vorlagen, vorlage, modèles, plantillas, modelli, modelos, sjablonen, mallar,
        skabeloner, mallipohjat, szablony, šablony, sablonok, şablonlar, шаблоны, шаблони, 模板, 範本, テンプレート,
        템플릿, 서식, șabloane, πρότυπα, תבניות, القوالب, predloge, predlošci, plantilles, bản mẫu, templat,
        postponed, postponed messages, postponed msgs, zurückgestellt, zurückgestellte nachrichten, pospuestos,
        postposti, adiados, uitgesteld, uppskjutna, utsatte, udskudte, odroczone, odložené, elhalasztott, ertelenen,
        отложенные, відкладені,
        scheduled, scheduled messages, scheduled mail, send later, geplant, geplante nachrichten, programmés,
        messages programmés, planifiés, programados, mensajes programados, programmati, agendados, agendadas,
        gepland, schemalagda, schemalagt, planlagt, planlagte, ajoitetut, zaplanowane, naplánované, ütemezett,
        ütemezett üzenetek, zamanlanmış, zamanlananlar, запланированные, заплановані, планирани, 定时发送, 已排定,
        已安排, 予約送信, 送信予約, 예약됨, 예약 메일함, 예약메일함, programate, προγραμματισμένα, מתוזמנים,
        המתוזמנים, المجدولة, مجدولة, đã lên lịch, terjadwal, ที่ตั้งเวลาไว้
    """,
    "all": """
        all mail, alle nachrichten, tous les messages, todos, todos los correos, tutti i messaggi, todos os
        emails, alle email
    """,
}

_SENT = """
    sent, sent items, sent mail, sent messages, gesendet, gesendete objekte, gesendete elemente, envoyés,
    messages envoyés, éléments envoyés, enviados, elementos enviados, itens enviados, mensajes enviados, inviati,
    posta inviata, inviata,
    verzonden, verzonden items, verzonden objecten, skickat, skickade objekt, sendt, sendte elementer, sendt post,
    lähetetyt, wysłane, elementy wysłane, odeslané, odeslaná pošta, elküldött, elküldött elemek, gönderilmiş öğeler,
    gönderilenler, отправленные, надіслані, 已发送, 已发送邮件, 寄件備份,
    送信済み, 送信済みアイテム, 보낸편지함, απεσταλμένα
"""


def comparable(name: str) -> str:
    """A mailbox's name as it is looked up: "Junk-E-Mail" and "junk_email" are one."""
    words = _SEPARATORS.sub(" ", unicodedata.normalize("NFC", name).lower()).strip()
    return _ELECTRONIC.sub("e", words)


def _listed(names: str) -> list[str]:
    """The names of a list above, which are written there as `comparable` gives them."""
    return [" ".join(name.split()) for name in names.split(",")]


KIND_BY_NAME: dict[str, str] = {name: kind for kind, names in _NAMES.items() for name in _listed(names)}
SENT_NAMES: frozenset[str] = frozenset(_listed(_SENT))
