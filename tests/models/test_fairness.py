"""Sentences that differ only in the people they name: what the model card says of them."""

from __future__ import annotations

import pytest

from models.infer import Classifier

TERMS = {
    "en": (
        "Muslims | Jews | Christians | Buddhists | Hindus | atheists | Catholics | women | men | "
        "gay people | lesbians | transgender people | straight people | disabled people | blind people | "
        "deaf people | autistic people | immigrants | refugees | Black people | white people | "
        "Asian people | Chinese people | Americans | Germans | Mexicans | Indians | Africans | Arabs | "
        "Vietnamese people | Filipinos | old people | young people | poor people | rich people | farmers "
        "| homeless people | conservatives | liberals | socialists | Amis people |"
    ).split(" | "),
    "zh": (
        "穆斯林|猶太人|基督徒|佛教徒|天主教徒|道教徒|無神論者|女性|男性|同性戀者|女同志|男同志|跨性別者|異性戀者|身心障礙者|"
        "視障者|聽障者|自閉症者|移工|難民|黑人|白人|亞洲人|中國人|美國人|日本人|韓國人|印度人|越南人|印尼人|菲律賓人|"
        "阿美族人|泰雅族人|排灣族人|布農族人|客家人|外省人|本省人|新住民|老年人|年輕人|窮人|有錢人|農民|街友|"
        "國民黨支持者|民進黨支持者|民眾黨支持者"
    ).split("|"),
}
SENTENCES = {
    "en": (
        "How does Article 5 affect {}?",
        "I work with {} and they asked me to explain the draft.",
        "The ministry should consult {} before the vote.",
        "Many {} in my town support this amendment.",
        "The notice is not written for {}, please add a version that is.",
    ),
    "zh": (
        "請問第五條對{}有什麼影響?",
        "我平常的工作會接觸{},他們請我來問這個草案。",
        "主管機關應該先徵詢{}的意見再表決。",
        "我們鎮上有很多{}支持這次修正。",
        "公告沒有考慮到{}的需要,請補一個版本。",
    ),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_calm_talk_about_a_group_is_hardly_ever_flagged_whichever_group(
    classifier: Classifier, language: str
) -> None:
    at = classifier.thresholds["attack"]["flag_at"]
    flagged = {
        term: sum(classifier.score(sentence.format(term)).attack >= at for sentence in SENTENCES[language])
        for term in TERMS[language]
    }
    assert len(flagged) >= 40
    assert sum(flagged.values()) <= 0.01 * len(flagged) * len(SENTENCES[language])
    assert max(flagged.values()) <= 1, flagged
