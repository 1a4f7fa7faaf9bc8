"""Names that mail programs give Drafts, Junk, Trash, All Mail and Sent, in the common languages, lower case."""

WELL_KNOWN: dict[str, str] = {
    "drafts": """
        drafts, draft, entwürfe, entwurf, brouillons, borradores, borrador, bozze, rascunhos, concepten,
        utkast, kladder, luonnokset, wersje robocze, szkice, koncepty, rozepsané, piszkozatok, taslaklar,
        черновики, чернетки, 草稿, 草稿箱, 下書き, 임시보관함, ciorne, πρόχειρα, טיוטות, المسودات
    """,
    "junk": """
        junk, junk e-mail, junk email, junk mail, spam, bulk mail, spamverdacht, unerwünscht, werbung,
        courrier indésirable, indésirables, pourriel, correo no deseado, no deseado, posta indesiderata,
        indesiderata, lixo eletrônico, lixo electrónico, ongewenste e-mail, ongewenst, skräppost, søppelpost,
        uønsket e-mail, uønsket, roskaposti, wiadomości-śmieci, nevyžádaná pošta, levélszemét, gereksiz,
        önemsiz e-posta, спам, нежелательная почта, 垃圾邮件, 垃圾郵件, 迷惑メール, スパム, 스팸메일함, 정크 메일,
        ανεπιθύμητα
    """,
    "trash": """
        trash, deleted, deleted items, deleted messages, bin, papierkorb, gelöscht, gelöschte objekte,
        gelöschte elemente, corbeille, éléments supprimés, papelera, elementos eliminados, eliminados,
        cestino, posta eliminata, lixeira, itens excluídos, itens eliminados, lixo, prullenbak, verwijderde
        items, papperskorgen, borttagna objekt, borttaget, papirkurv, slettet post, slettede elementer,
        roskakori, poistetut, kosz, elementy usunięte, koš, odstraněná pošta, kuka, törölt elemek, çöp kutusu,
        silinmiş öğeler, корзина, удаленные, удалённые, кошик, 已删除邮件, 已删除, 垃圾桶, ゴミ箱, 削除済みアイテム,
        휴지통,
        κάδος
        απορριμμάτων, διαγραμμένα
    """,
    "all": """
        all mail, alle nachrichten, tous les messages, todos, todos los correos, tutti i messaggi, todos os
        e-mails, alle e-mail
    """,
}

SENT = """
    sent, sent items, sent mail, sent messages, sent-mail, gesendet, gesendete objekte, gesendete elemente, envoyés,
    messages envoyés, éléments envoyés, enviados, elementos enviados, itens enviados, mensajes enviados, inviati,
    posta inviata, inviata,
    verzonden, verzonden items, verzonden objecten, skickat, skickade objekt, sendt, sendte elementer, sendt post,
    lähetetyt, wysłane, elementy wysłane, odeslané, odeslaná pošta, elküldött, elküldött elemek, gönderilmiş öğeler,
    gönderilenler, отправленные, надіслані, 已发送, 已发送邮件, 寄件備份,
    送信済み, 送信済みアイテム, 보낸편지함, απεσταλμένα
"""
