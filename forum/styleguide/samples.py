"""What the style guide's components say: a small consultation that exists nowhere else, in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

_ZH: dict[str, Any] = {
    "consultation": "機關線上徵詢公眾意見辦法草案",
    "agency": "公共數位參與辦公室（示範）",
    "question": "機關在網路上徵詢意見時，怎樣才算聽見了？",
    "chapter_one": "第一章　總則",
    "chapter_two": "第二章　徵詢程序",
    "articles": [
        ("第一條", "立法目的", 0),
        ("第二條", "用詞定義", 2),
        ("第三條", "徵詢期間", 3),
        ("第四條", "資料公開", 0),
        ("第五條", "回應義務", 12),
        ("第五條之一", "回應期限之延長", 0),
    ],
    "number": "第三條",
    "heading": "徵詢期間",
    "paragraphs": [
        "機關訂定或修正法規，應將草案全文及立法說明刊載於公共論壇，其徵詢期間不得少於三十日。",
        "有下列情形之一者，機關得縮短徵詢期間，但不得少於七日：",
        "依前項規定縮短徵詢期間者，機關應於公告中敘明理由，並於徵詢開始後三日內回應公眾對縮短一事之提問。",
    ],
    "items": [
        ("一、", "因應天災、事變或其他緊急情事，有立即施行之必要。"),
        ("二、", "配合上位法律之施行日期。"),
        ("三、", "僅涉及用字勘誤或格式調整，未影響人民權利義務。"),
    ],
    "reason": [
        "一、現行實務預告期間長短不一，民眾常在截止前幾日才得知草案，爰於第一項明定最低期間為三十日。",
        "二、第二項列舉得縮短之情形，並設七日之下限，以免「緊急」成為常態。",
    ],
    "background_title": "為什麼是三十天？",
    "background_sentence": "三十天是多數民間團體開完一次理監事會、寫出一份完整意見所需要的時間。",
    "background_plain": "草案公告後，一般人要先知道有這件事，再讀懂條文，問過會受影響的人，最後才寫得出意見。過去有些草案只預告七天，意見還沒寫完就截止了。這一條把最短的時間訂為三十天；遇到天災等緊急情形，可以縮短，但不能少於七天，而且要說明理由。",
    "background_depth": "行政程序法第一百五十四條要求機關擬訂法規命令時，公告草案全文或主要內容，並載明任何人得於所定期間內陳述意見。條文沒有規定期間的長短，後來由行政規則補上。各國的規定也不相同：有的以六十日為原則，有的只說「合理期間」。",
    "sources": [
        "行政程序法第一百五十一條至第一百五十四條",
        "公共數位參與辦公室（示範），線上徵詢期間統計，2026 年 6 月",
    ],
    "posts": [
        ("林思妤", "三十天不算長。我們社區發展協會兩個月才開一次會，看到公告的時候往往只剩下一個多星期。**建議改成四十五天**，至少在跨越農曆春節的時候順延。"),
        ("Kāi Ông", "同意順延，但我不贊成一律拉長。小規模的修正拖太久，受惠的人也要多等。第二項第三款是不是就在處理這件事？"),
        ("陳柏翰", "對，不過「未影響人民權利義務」由誰認定？機關自己說了算的話，這一款就是後門。"),
        ("周以安", "補充一點：立法說明第二點說要避免緊急成為常態，可是條文裡沒有次數的限制。"),
    ],
    "official_name": "何佩蓉",
    "official_post": "謝謝提問。「未影響人民權利義務」的認定，擬於第四條一併要求公開理由及比對表，任何人都可以在公告後三日內提出異議。",
    "facilitator_name": "高子晴",
    "intervention": "謝謝兩位把問題說得這麼清楚。關於認定的程序，第四條的討論已經有人提出具體文字，歡迎一起去看看。",
    "held_post": "寫這一條的人根本沒有帶腦袋上班，七天是要誰看得完？",
    "nudge_before": "七天是要誰看得完？",
    "nudge_passage": "寫這一條的人根本沒有帶腦袋上班",
    "own_name": "我",
    "draft": "建議在第二項增列：縮短期間者，一年以二次為限。",
    "old": ["其徵詢期間不得少於", "十四", "三十", "日。"],
}

_EN: dict[str, Any] = {
    "consultation": "Draft rules on asking the public online",
    "agency": "Office for Public Participation (sample)",
    "question": "When an agency asks people online, what would show that it has listened?",
    "chapter_one": "Chapter 1  General",
    "chapter_two": "Chapter 2  How to ask",
    "articles": [
        ("Article 1", "Purpose", 0),
        ("Article 2", "Words", 2),
        ("Article 3", "Time to comment", 3),
        ("Article 4", "What is published", 0),
        ("Article 5", "Duty to answer", 12),
        ("Article 5-1", "More time to answer", 0),
    ],
    "number": "Article 3",
    "heading": "Time to comment",
    "paragraphs": [
        "An agency that makes or amends a regulation shall publish the full draft, with the reasons for it, on a public forum, and shall leave at least thirty days for comment.",
        "The agency may shorten that time, though never below seven days, where",
        "An agency that shortens the time shall state its reasons in the notice, and shall answer questions about the shortening within three days of the opening.",
    ],
    "items": [
        ("(a)", "a natural disaster or another emergency makes it necessary to act at once;"),
        ("(b)", "a statute above the regulation takes effect on a set date; or"),
        ("(c)", "the amendment only mends wording or layout and touches nobody’s rights or duties."),
    ],
    "reason": [
        "Notice periods have varied, and people often hear of a draft only days before it closes. Paragraph 1 therefore sets a minimum of thirty days.",
        "Paragraph 2 lists the cases in which the time may be shortened and sets a floor of seven days, so that the exception does not become the rule.",
    ],
    "background_title": "Why thirty days?",
    "background_sentence": "Thirty days is about what most associations need to hold one board meeting and write one considered opinion.",
    "background_plain": "After a draft is announced, people first have to hear of it, then understand it, ask those it would affect, and only then can they write. Some earlier drafts were open for seven days. This article makes thirty days the least; in an emergency it can be fewer, but not below seven, and the agency has to say why.",
    "background_depth": "Administrative procedure law asks agencies to announce a draft and to say until when anybody may comment, without fixing for how long. Other rules filled the gap later. Countries differ: some start from sixty days, some only say “a reasonable time”.",
    "sources": [
        "Administrative Procedure Act, articles 151 to 154",
        "Office for Public Participation (sample), Length of online consultations, June 2026",
    ],
    "posts": [
        ("Lin Szu-yu", "Thirty days is not long. Our neighbourhood association meets every other month, and by the time we see a notice there is often little more than a week left. **I suggest forty-five days**, at least when the Lunar New Year falls into them."),
        ("Kāi Ông", "Agreed on the holidays, but I would not lengthen it for everything. When a small fix takes too long, those whom it helps wait longer too. Is that not what paragraph 2 (c) is for?"),
        ("Chen Po-han", "It is. But who decides that an amendment “touches nobody’s rights”? If the agency does, this is the back door."),
        ("Chou Yi-an", "One more: the reasons say that the exception should not become the rule, yet nothing in the text limits how often it may be used."),
    ],
    "official_name": "Ho Pei-jung",
    "official_post": "Thank you for asking. We plan to require in article 4 that the reasons and a comparison are published, and that anybody may object within three days of the notice.",
    "facilitator_name": "Kao Tzu-ching",
    "intervention": "Thank you both for putting this so clearly. On who decides, the talk on article 4 already has a concrete wording; do join in there.",
    "held_post": "Whoever wrote this left their brain at home. Seven days, for whom?",
    "nudge_before": "Seven days, for whom?",
    "nudge_passage": "Whoever wrote this left their brain at home.",
    "own_name": "Me",
    "draft": "Add to paragraph 2: an agency may shorten the time no more than twice a year.",
    "old": ["shall leave at least ", "fourteen", "thirty", " days for comment."],
}


def sample(language: str) -> dict[str, Any]:
    """Texts, names and moments around now for one language (`zh-hant` or `en`)."""
    now = timezone.now()
    chosen = dict(_ZH if language == "zh-hant" else _EN)
    chosen["moments"] = {
        "just_now": now - timedelta(seconds=20),
        "minutes": now - timedelta(minutes=12),
        "hours": now - timedelta(hours=3),
        "yesterday": now - timedelta(days=1, hours=2),
        "days": now - timedelta(days=4, hours=5),
        "opened": now - timedelta(days=21),
        "proposed": now - timedelta(days=50),
        "closes": now + timedelta(days=9, hours=3),
        "reflection": now + timedelta(days=40),
        "legislation": now + timedelta(days=75),
        "due": now + timedelta(days=3, hours=1),
        "overdue": now - timedelta(days=2),
    }
    return chosen
