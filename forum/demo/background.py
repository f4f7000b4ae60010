"""The sample background: explainers on the sample draft, in the project's own words and two languages."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from forum.accounts.models import User
from forum.consultations.models import Consultation, Provision
from forum.demo.people import spare_letters
from forum.explainers.content import Content, SourceLine
from forum.explainers.models import Explainer
from forum.explainers.services import create_explainer, publish_revision, review_revision, save_revision

_PROCEDURE_ZH = SourceLine(
    "行政程序法第 150 條至第 158 條",
    "https://law.moj.gov.tw/LawClass/LawAll.aspx?pcode=A0030055",
    "全國法規資料庫",
)
_PROCEDURE_EN = SourceLine(
    "Administrative Procedure Act, articles 150 to 158",
    "https://law.moj.gov.tw/ENG/LawClass/LawAll.aspx?pcode=A0030055",
    "Laws & Regulations Database of the Republic of China (Taiwan)",
)
_JOIN_ZH = SourceLine(
    "公共政策網路參與平臺「眾開講」", "https://join.gov.tw/policies/index", "國家發展委員會"
)
_JOIN_EN = SourceLine(
    "Public Policy Online Participation Platform, policy talk",
    "https://join.gov.tw/policies/index",
    "National Development Council",
)
_CIVIL_LAWS_ZH = SourceLine(
    "中華民國憲法第 11 條", "https://law.moj.gov.tw/LawClass/LawAll.aspx?pcode=A0000001", "全國法規資料庫"
)
_CIVIL_LAWS_EN = SourceLine(
    "Constitution of the Republic of China (Taiwan), article 11",
    "https://law.moj.gov.tw/ENG/LawClass/LawAll.aspx?pcode=A0000001",
    "Laws & Regulations Database of the Republic of China (Taiwan)",
)
_INSULT_ZH = SourceLine(
    "113 年憲判字第 3 號判決（公然侮辱罪案）",
    "https://cons.judicial.gov.tw/docdata.aspx?fid=38&id=340393",
    "憲法法庭",
)
_INSULT_EN = SourceLine(
    "Judgment 113-Hsien-Pan-3 (2024) on public insult, in Chinese",
    "https://cons.judicial.gov.tw/docdata.aspx?fid=38&id=340393",
    "Constitutional Court",
)
_DATA_ZH = SourceLine(
    "個人資料保護法第 5 條", "https://law.moj.gov.tw/LawClass/LawAll.aspx?pcode=I0050021", "全國法規資料庫"
)
_DATA_EN = SourceLine(
    "Personal Data Protection Act, article 5",
    "https://law.moj.gov.tw/ENG/LawClass/LawAll.aspx?pcode=I0050021",
    "Laws & Regulations Database of the Republic of China (Taiwan)",
)
_COMMENT_MAP = SourceLine(
    "Reg Map, step six: public comments",
    "https://www.reginfo.gov/public/reginfo/Regmap/regmap6.html",
    "Office of Information and Regulatory Affairs, United States",
)


@dataclass(frozen=True)
class Sample:
    """One explainer; without anchors it is about the whole consultation. `is_draft`: written, not published."""

    anchors: tuple[str, ...]
    chinese: Content
    english: Content
    is_draft: bool = False


SAMPLES = (
    Sample(
        anchors=(),
        chinese=Content(
            "zh-hant",
            title="法規怎麼來，您可以在哪一步說話",
            sentence="機關訂定法規命令之前要先公告草案，任何人都可以在期限內表示意見。",
            plain=(
                "法律由立法院三讀通過；細節常交給機關另外訂定，這種規定叫做**法規命令**，一樣會影響您的權利。\n\n"
                "機關不能關起門來寫。依行政程序法，草案要先公告，並寫明任何人在多久之內、向誰表示意見。\n\n"
                "這份草案要補上的，是公告之後的事：意見在哪裡討論、誰來回覆、最後怎麼交代。"
            ),
            depth=(
                "#### 現在的規定\n\n"
                "行政程序法第 154 條要求公告訂定機關、依據、草案全文或主要內容，"
                "以及任何人得於所定期間內陳述意見的意旨。情況急迫、顯然無法事先公告的，不在此限。"
                "第 155 條另外允許機關舉行聽證。\n\n"
                "#### 還沒有規定的\n\n"
                "條文沒有說期間至少多長，也沒有說機關必須逐一回覆。"
                "近年草案多半也放到公共政策網路參與平臺的「眾開講」供民眾留言。\n\n"
                "#### 討論時可以想的\n\n"
                "- 哪些義務應該寫進法規，哪些留給機關自行決定？\n"
                "- 回覆做得愈細，承辦人力就愈吃緊，怎麼取捨？"
            ),
            sources=(_PROCEDURE_ZH, _JOIN_ZH),
            is_about_whole=True,
        ),
        english=Content(
            "en",
            title="Where regulations come from, and where you can speak",
            sentence="Before an agency issues a regulation it must publish the draft, and anyone may comment in time.",
            plain=(
                "Laws are passed by the Legislative Yuan. Details are often left to an agency, which issues a "
                "**regulation**; it touches your rights just as well.\n\n"
                "The agency may not write it behind closed doors. Under the Administrative Procedure Act it "
                "publishes the draft and says until when, and to whom, anyone may state a view.\n\n"
                "This draft adds what comes after publication: where views are discussed, who replies, and how "
                "the agency accounts for them in the end."
            ),
            depth=(
                "#### What the law says now\n\n"
                "Article 154 of the Administrative Procedure Act asks for the agency's name, the legal basis, the "
                "draft or its main content, and a statement that anyone may comment within a given period. "
                "Matters so urgent that notice is plainly impossible are exempt. Article 155 lets an agency hold "
                "a hearing.\n\n"
                "#### What it does not say\n\n"
                "It sets no shortest period and no duty to answer each view. In recent years most drafts have "
                "also been put on the Public Policy Online Participation Platform for comments.\n\n"
                "#### Questions for the talk\n\n"
                "- Which duties belong in a regulation, and which should an agency decide for itself?\n"
                "- The more closely views are answered, the more work it is. Where is the balance?"
            ),
            sources=(_PROCEDURE_EN, _JOIN_EN),
            is_about_whole=True,
        ),
    ),
    Sample(
        anchors=("art-6",),
        chinese=Content(
            "zh-hant",
            title="為什麼是六十日",
            sentence="草案要求徵求意見至少六十日，急迫時可縮短為三十日，但要公開理由。",
            plain=(
                "看到草案、弄懂它、找人商量、寫下意見，每一步都要時間。"
                "自己一個人也許三天就夠；要先開會的團體往往要一個多月。\n\n"
                "期間太短，只有早就知情的人來得及說話；太長，該改的規定也會拖著不動。"
                "第二版把三十日改為六十日，同時保留縮短的空間。"
            ),
            depth=(
                "行政程序法沒有規定最短期間，實務上草案預告多為六十日。"
                "美國聯邦機關的慣例同樣以六十日為標準，依據是第 12866 號行政命令；法律本身也沒有寫死日數。\n\n"
                "草案第三項處理另一個問題：徵求意見的途中草案改了怎麼辦？"
                "條文要求公告改了哪裡，並從公告日起至少再延長十四日。\n\n"
                "**爭點**：「急迫」由機關自己認定，是否需要更明確的標準？"
            ),
            sources=(_PROCEDURE_ZH, _JOIN_ZH, _COMMENT_MAP),
        ),
        english=Content(
            "en",
            title="Why sixty days",
            sentence="The draft asks for at least 60 days to comment; in urgent matters 30, with the reason published.",
            plain=(
                "Seeing a draft, understanding it, talking it over and writing something down all take time. One "
                "person may need three days; an association that must meet first often needs more than a month.\n\n"
                "If the period is too short, only those who knew beforehand can speak. If it is too long, rules "
                "that need changing stay as they are. Version 2 went from 30 days to 60 and kept a way to shorten it."
            ),
            depth=(
                "The Administrative Procedure Act names no shortest period; in practice most drafts are open for "
                "60 days. Federal agencies in the United States take 60 days as their standard too, from Executive "
                "Order 12866; their statute does not fix a number either.\n\n"
                "The third paragraph answers another question: what if the draft changes while people are "
                "commenting? The agency must publish what changed and add at least 14 days from then.\n\n"
                "**In dispute**: the agency itself decides what is urgent. Does that need a clearer test?"
            ),
            sources=(_PROCEDURE_EN, _JOIN_EN, _COMMENT_MAP),
        ),
    ),
    Sample(
        anchors=("art-9", "art-9-1"),
        chinese=Content(
            "zh-hant",
            title="批評可以嚴厲，人身攻擊不行",
            sentence="罵政策、罵機關都不受限制；針對人的攻擊可以先不公開，但要由人來決定，而且可以申訴。",
            plain=(
                "說「這條根本是惡法」是批評，不管多難聽都留著。說「寫這條的人是豬」是在攻擊人，"
                "對討論沒有幫助，也會讓別人不敢開口。\n\n"
                "電腦可以先標示，但會看錯。所以草案規定：要隱藏一則意見，必須由人決定，"
                "並告訴作者用了哪一條規定、為什麼。\n\n"
                "作者不服，可以在三十日內申訴，由另一個人重新決定。"
            ),
            depth=(
                "言論自由受憲法第 11 條保障，但不是沒有界線。"
                "憲法法庭 113 年憲判字第 3 號判決認為，公然侮辱罪只在一定範圍內合憲："
                "除了看言論是否逾越一般人可合理忍受的範圍，"
                "還要權衡它是否有益於公共事務的思辯。\n\n"
                "刑法處理的是犯罪；本條處理的是一個公共討論空間的秩序，門檻與後果都不同："
                "隱藏的意見保留原位、註明規定，作者可以修改後再送出，也可以申訴。\n\n"
                "**爭點**：二十四小時內做出決定，假日的人力是否足夠？"
            ),
            sources=(_CIVIL_LAWS_ZH, _INSULT_ZH),
        ),
        english=Content(
            "en",
            title="Criticism may be harsh; attacks on people may not stand",
            sentence="Policies and agencies may be criticised without limit; attacks on people may be withheld, by a "
            "person's decision that can be appealed.",
            plain=(
                'Saying "this article is a disgrace" is criticism and stays, however unpleasant. Saying "whoever '
                'wrote this is a pig" attacks a person: it helps nobody understand the draft, and it keeps others '
                "from speaking.\n\n"
                "A program may mark a text, and it can be wrong. So the draft says that only a person may hide a "
                "view, and must tell its author which rule was applied and why.\n\n"
                "An author who disagrees has 30 days to appeal; somebody else then decides again."
            ),
            depth=(
                "Article 11 of the Constitution protects speech, though not without bounds. In judgment "
                "113-Hsien-Pan-3 of 2024 the Constitutional Court held that the crime of public insult is "
                "constitutional only within limits: besides asking whether the words go beyond what people can "
                "reasonably be expected to bear, a court weighs whether they serve debate on public affairs.\n\n"
                "Criminal law deals with crimes; this article deals with order in a public discussion. Its "
                "threshold and consequences differ: a hidden view keeps its place with the rule beside it, and "
                "its author may revise it or appeal.\n\n"
                "**In dispute**: is there staff to decide within 24 hours on holidays?"
            ),
            sources=(_CIVIL_LAWS_EN, _INSULT_EN),
        ),
    ),
    Sample(
        anchors=("art-4",),
        chinese=Content(
            "zh-hant",
            title="為什麼不用實名",
            sentence="任何人都能參與，機關只能蒐集驗證信箱和防止濫用所必要的資料。",
            plain=(
                "發言不必出示身分證，也不限國籍或年齡：外籍配偶、學生、在外地工作的人，同樣會受到規定影響。\n\n"
                "網站只驗證電子郵件，而且不會公開您的信箱。"
            ),
            depth=(
                "個人資料保護法第 5 條要求蒐集不得逾越特定目的之必要範圍。"
                "本條把「必要」說得更具體：驗證信箱與防止濫用。\n\n"
                "**爭點**：不用實名，一個人可能註冊好幾個帳號；因此第七條另外說明，附議的人數不是表決。"
            ),
            sources=(_DATA_ZH,),
        ),
        english=Content(
            "en",
            title="Why no real names are asked for",
            sentence="Anyone may take part; agencies collect only what verifies an address and prevents abuse.",
            plain=(
                "Nobody has to show an identity card, and neither nationality nor age matters: spouses from abroad, "
                "students and people working elsewhere live under the rules as well.\n\n"
                "The site verifies an e-mail address and does not publish it."
            ),
            depth=(
                "Article 5 of the Personal Data Protection Act keeps collection within what a specific purpose "
                "needs. This article says what is needed: to verify an address and to prevent abuse.\n\n"
                "**In dispute**: without real names one person may hold several accounts. Article 7 therefore says "
                "that the number of endorsements is no vote."
            ),
            sources=(_DATA_EN,),
        ),
    ),
    Sample(
        anchors=("art-10",),
        chinese=Content(
            "zh-hant",
            title="七日內回覆，做得到嗎",
            sentence="機關要在七日內回覆提問；來不及時，要說明理由和預定日期。",
            plain="（草稿）還在蒐集各機關實際回覆所需的時間。",
        ),
        english=Content(
            "en",
            title="A reply within seven days: can it be done?",
            sentence="An agency replies to questions within seven days, or says why it is late and when it will.",
            plain="(Draft) We are still collecting how long agencies take in practice.",
        ),
        is_draft=True,
    ),
)


@transaction.atomic
def load_background(consultation: Consultation, people: dict[str, User]) -> None:
    """Writes the sample explainers, unless the consultation has any."""
    if Explainer.objects.filter(consultation=consultation).exists():
        return
    ids = dict(Provision.objects.filter(consultation=consultation).values_list("anchor", "pk"))
    for number, sample in enumerate(SAMPLES):
        provisions = frozenset(ids[anchor] for anchor in sample.anchors)
        _write(sample, consultation, people, provisions=provisions, is_reviewed=number < 2)
    spare_letters(people)


def _write(
    sample: Sample,
    consultation: Consultation,
    people: dict[str, User],
    *,
    provisions: frozenset[int],
    is_reviewed: bool,
) -> None:
    chinese, english = (_placed(content, provisions) for content in (sample.chinese, sample.english))
    first = create_explainer(consultation.pk, author=people["intermediary"], content=chinese)
    second = save_revision(first.explainer_id, author=people["intermediary2"], content=english, base=0)
    if sample.is_draft:
        return
    publish_revision(first.pk)
    publish_revision(second.pk)
    if is_reviewed:
        url = reverse("explainers:detail", args=[consultation.slug, first.explainer_id])
        review_revision(first.pk, reviewer=people["intermediary2"], url=url)


def _placed(content: Content, provisions: frozenset[int]) -> Content:
    return Content(
        language=content.language,
        title=content.title,
        sentence=content.sentence,
        plain=content.plain,
        depth=content.depth,
        sources=content.sources,
        provision_ids=provisions,
        is_about_whole=content.is_about_whole,
    )
