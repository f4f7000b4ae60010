from forum.consultations.compare import Piece, Words, compare_words, diff_pieces


def words(anchor: str, text: str, kind: str = "article") -> Words:
    return Words(anchor, kind, 0, anchor, "", text, "")


def shown(old: str, new: str) -> str:
    marks = {"same": "{}", "added": "[+{}]", "removed": "[-{}]"}
    return "".join(marks[piece.status].format(piece.text) for piece in diff_pieces(old, new))


def test_han_text_is_compared_by_character():
    assert shown("機關應於七日內公告之。", "機關應於十四日內公告。") == "機關應於[-七][+十四]日內公告[-之]。"


def test_english_text_is_compared_by_word():
    assert shown("The agency may reply.", "The agency shall reply soon.") == (
        "The agency [-may][+shall] reply[+ soon]."
    )


def test_a_scrap_between_two_changes_is_taken_into_the_change():
    assert shown("甲乙丙丁", "戊乙己丁") == "[-甲乙丙][+戊乙己]丁"


def test_equal_and_empty_texts():
    assert diff_pieces("同", "同") == (Piece("same", "同"),)
    assert diff_pieces("", "") == ()
    assert shown("", "新") == "[+新]"
    assert shown("舊", "") == "[-舊]"


def test_both_texts_can_be_read_back_from_the_pieces():
    old, new = "各機關應公告草案全文，並說明理由。", "各機關應於網站公告草案，並說明其理由與影響。"
    pieces = diff_pieces(old, new)
    assert "".join(p.text for p in pieces if p.status != "added") == old
    assert "".join(p.text for p in pieces if p.status != "removed") == new


def test_rows_follow_the_new_order_with_the_removed_where_they_stood():
    old = [words("a", "1"), words("b", "1"), words("c", "1"), words("d", "1")]
    new = [words("a", "1"), words("c", "2"), words("e", "1"), words("d", "1")]
    assert [(row.anchor, row.status.value) for row in compare_words(old, new)] == [
        ("a", "unchanged"),
        ("b", "removed"),
        ("c", "changed"),
        ("e", "added"),
        ("d", "unchanged"),
    ]


def test_a_first_section_that_is_removed_stands_first():
    assert [row.anchor for row in compare_words([words("a", "1"), words("b", "1")], [words("b", "1")])] == [
        "a",
        "b",
    ]
