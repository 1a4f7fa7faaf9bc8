"""The wordings by which mail programs and mail systems begin their subjects, lower case."""

from __future__ import annotations

SUBJECT_LOOKED_AT = 200

# What stands before the colon (or alone) in the subject of a vacation reply.
AWAY_PREFIXES: frozenset[str] = frozenset(
    prefix.strip()
    for prefix in """
    automatic reply | automated reply | automatic response | automated response | automatic answer
    auto reply | auto-reply | autoreply | auto response | auto-response | autoresponse | autoresponder
    auto responder | auto-responder | auto answer | automatic email reply | automatic e-mail reply
    out of office | out-of-office | out of the office | out of office autoreply | out of office auto-reply
    out of office auto reply | out of office reply | out of office response | out of office message
    out of office notification | out-of-office reply | out-of-office autoreply | ooo auto reply | vacation reply
    vacation autoreply | vacation auto-reply | away from my mail | absence notification | absent from office
    automatische antwort | automatische rückantwort | automatische rueckantwort | automatische antwortmail
    automatische e-mail-antwort | automatische abwesenheitsnotiz | automatische abwesenheitsmeldung
    autom. antwort | autoantwort | auto-antwort | abwesend | abwesenheitsnotiz | abwesenheitsmeldung
    abwesenheitsnachricht | abwesenheitsbenachrichtigung | abwesenheitsassistent | abwesenheitsagent
    abwesenheitshinweis | urlaubsnotiz | urlaubsmeldung | urlaubsbenachrichtigung | nicht im büro | nicht im hause
    außer haus | ausser haus | außer büro
    réponse automatique | reponse automatique | réponse automatisée | réponse automatique d'absence
    réponse d'absence | reponse d'absence | réponse auto | absence du bureau | absent du bureau | absente du bureau
    absent(e) du bureau | message d'absence | avis d'absence | notification d'absence
    message automatique d'absence | hors du bureau
    respuesta automática | respuesta automatica | respuesta automática de ausencia | contestación automática
    respuesta de ausencia | fuera de la oficina | fuera de oficina | ausente de la oficina | aviso de ausencia
    ausencia de la oficina | mensaje de ausencia | resposta automàtica | fora de l'oficina
    risposta automatica | risposta automatica di assenza | fuori ufficio | fuori sede | assente dall'ufficio
    assenza dall'ufficio | avviso di assenza | messaggio di assenza
    resposta automática | resposta automatica | resposta automática de ausência | fora do escritório
    fora do escritorio | fora da empresa | ausente do escritório | ausência do escritório | ausência temporária
    ausencia temporaria | aviso de ausência
    automatisch antwoord | automatisch bericht | automatische beantwoording | automatische reactie
    afwezig | afwezigheidsbericht | afwezigheidsmelding | afwezigheidsassistent | niet aanwezig
    niet op kantoor | buiten kantoor
    automatyczna odpowiedź | automatyczna odpowiedz | odpowiedź automatyczna | odpowiedz automatyczna
    autoodpowiedź | autoodpowiedz | poza biurem | nieobecny | nieobecność w biurze
    automatická odpověď | automaticka odpoved | mimo kancelář | nepřítomen | nepřítomnost v kanceláři
    automatická odpoveď | mimo kancelárie
    autosvar | automatiskt svar | frånvarande | frånvaromeddelande | frånvaroassistent | ej på kontoret
    inte på kontoret
    automatisk svar | automatisk besvarelse | ikke til stede | ikke på kontoret
    fraværsmeddelelse | fraværsbesked | fraværsmelding | fraværsassistent | borte fra kontoret
    automaattinen vastaus | automaattivastaus | poissaoloilmoitus | poissaoloviesti
    poissa toimistosta
    otomatik yanıt | otomatik yanit | otomatik cevap | ofis dışında | ofis disinda | işyeri dışında
    автоматический ответ | автоматическое уведомление об отсутствии | автоответ | автоответчик | нет на месте
    вне офиса | отсутствие на рабочем месте | отсутствую на рабочем месте
    автоматична відповідь | автовідповідь | поза офісом | автоматичен отговор | извън офиса
    аутоматски одговор | automatski odgovor | izvan ureda | samodejni odgovor
    automatikus válasz | automatikus valasz | házon kívül | irodán kívül
    răspuns automat | raspuns automat | în afara biroului | automatinis atsakymas | automātiskā atbilde
    automaatne vastus | automaatvastus | kontorist väljas
    αυτόματη απάντηση | εκτός γραφείου | תשובה אוטומטית | מענה אוטומטי | رد تلقائي | الرد التلقائي
    trả lời tự động | thư trả lời tự động | balasan otomatis | jawapan automatik
    """.replace("\n", "|").split("|")
    if prefix.strip()
)

# In scripts that set no space or colon after it, the words that begin such a subject.
AWAY_BEGINNINGS: tuple[str, ...] = (
    "自動応答", "自動返信", "自動回答", "不在通知", "不在のお知らせ", "不在応答", "不在案内", "外出中",
    "自动答复", "自动回复", "自动应答", "不在办公室", "外出自动", "休假自动", "自動回覆",
    "自動回復", "自動答覆", "不在辦公室",
    "자동 회신", "자동회신", "자동 응답", "자동응답", "자동 답장", "자동답장", "부재중", "부재 중",
    "การตอบกลับอัตโนมัติ", "ตอบกลับอัตโนมัติ",
)  # fmt: skip

# What a mail system says of a message it returns, anywhere in the subject: plainly of mail,
MAIL_RETURNED: tuple[str, ...] = (
    "undeliverable:", "undelivered mail", "undelivered message", "undeliverable mail", "undeliverable message",
    "returned mail", "returned to sender", "returning message to sender", "failure notice", "delivery status notif",
    "mail delivery", "message delivery", "message could not be delivered", "mail could not be delivered",
    "mail system error", "bounced mail", "error sending your mail", "could not send message", "rejected mail",
    "mail rejected", "message rejected", "message you sent blocked", "user unknown", "delayed mail", "message delayed",
    "unzustellbar:", "nachricht konnte nicht", "mail konnte nicht", "message non remis", "courrier retourné",
    "message n'a pas pu", "correo devuelto", "mensaje devuelto", "mensaje no entregado", "mensagem devolvida",
    "messaggio non consegnato", "zwrot wiadomości", "メールエラー", "系统退信", "退信", "郵件退回",
    "메일 반송", "메일 전송 실패",
)  # fmt: skip

# or in words that a parcel service might use as well.
RETURNED: tuple[str, ...] = (
    "undeliver", "delivery failure", "delivery failed", "delivery has failed", "delivery notification",
    "delivery report", "delivery error", "could not be delivered", "couldn't be delivered", "cannot be delivered",
    "can't be delivered", "not delivered", "unable to deliver", "non-deliver", "nondeliver", "non delivery",
    "unknown recipient", "non remis",
    "unzustellbar", "nicht zustellbar", "nicht zugestellt", "zustellung fehlgeschlagen", "zustellungsfehler",
    "zustellfehler", "unzustellbarkeit", "zustellstatus", "fehler bei der zustellung",
    "échec de la remise", "échec de remise", "échec de la distribution", "échec d'envoi", "non distribu", "non délivré",
    "n'a pas pu être", "impossible de remettre", "état de la remise", "notification d'état de remise", "non-remise",
    "no se puede entregar", "no se pudo entregar", "no se ha podido entregar", "no entregado", "no entregable",
    "error de entrega", "error en la entrega", "fallo de entrega", "fallo en la entrega", "entrega fallida",
    "estado de entrega",
    "impossibile recapitare", "impossibile consegnare", "non recapitabile", "mancata consegna", "mancato recapito",
    "consegna fallita", "non consegnato", "stato del recapito", "stato della consegna", "errore di consegna",
    "não entregue", "nao entregue", "falha na entrega", "falha de entrega", "não foi possível entregar",
    "não é possível entregar", "status de entrega", "devolução de mensagem",
    "onbestelbaar", "niet bezorgd", "niet worden bezorgd", "niet afgeleverd", "bezorging mislukt", "niet-bestelbaar",
    "niedostarcz", "nie można dostarczyć", "nie dostarczono", "nie została dostarczona",
    "błąd dostarcz", "nedoručiteln", "nedoručen", "nelze doručit", "nedoručiteľn", "nepodařilo doručit",
    "kunde inte levereras", "kan inte levereras", "går inte att leverera", "gick inte att leverera", "olevererbar",
    "inte levererat", "ej levererat",
    "kunne ikke leveres", "kan ikke leveres", "ikke leveret", "uleverbar", "ikke levert", "levering mislykkedes",
    "mislykket levering", "leveringsfeil", "leveringen mislyktes",
    "ei voitu toimittaa", "ei voida toimittaa", "ei toimitettu", "toimitus epäonnistui", "toimittaminen epäonnistui",
    "teslim edileme", "iletileme", "gönderilemedi",
    "недоставлен", "не доставлен", "не удалось доставить", "невозможно доставить", "не может быть доставлен",
    "не вдалося доставити", "kézbesíthetetlen", "nem kézbesíthető", "nelivrabil", "δεν παραδόθηκε",
    "δεν ήταν δυνατή η παράδοση",
    "配信不能", "配信できません", "配信に失敗", "配信エラー", "配信失敗", "送信できません", "送信エラー",
    "送信に失敗", "未配信",
    "配送不能", "配送できません", "配達不能", "配達できません", "宛先不明", "不達", "届けられません",
    "未送达", "无法送达", "无法投递", "投递失败", "发送失败", "无法传递", "未传递", "無法傳遞",
    "無法投遞", "無法傳送", "未傳遞",
    "배달되지", "배달할 수 없", "배달 실패", "전송 실패", "전달되지", "전달할 수 없", "반송", "발송 실패", "발송실패",
)  # fmt: skip

# What stands before the colon in the subject of a read receipt.
READ_PREFIXES: frozenset[str] = frozenset((
    "read", "not read", "read receipt", "return receipt", "return receipt (displayed)", "gelesen", "ungelesen gelöscht",
    "lesebestätigung", "lu", "non lu", "confirmation de lecture", "accusé de lecture", "leído", "leido",
    "confirmación de lectura", "letto", "conferma di lettura", "lida", "lido", "confirmação de leitura", "gelezen",
    "leesbevestiging", "przeczytane", "przeczytano", "přečteno", "läst", "læst", "lest", "luettu", "okundu",
    "прочитано", "прочтено", "開封済み", "開封通知", "開封確認", "已读", "已讀", "已读回执", "읽음",
))  # fmt: skip
