"""Suggest: the layouts that people's logs come in."""

import pytest

from ranking.errors import InputError
from ranking.ingest import Mapping, check, read, suggest


def roles(file):
    """Return the roles that are set, without fields and dialect."""
    mapping = suggest(file).mapping.as_dict()
    return {r: c for r, c in mapping.items() if c and r not in ("fields", "dialect")}


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("model_a,model_b,winner,judge,tstamp,language", "x,y,model_a,ann,1700000000,en",
         {"first": "model_a", "second": "model_b", "outcome": "winner", "judge": "judge",
          "time": "tstamp"}),
        ("winner,right,left", "left,y,x",
         {"first": "left", "second": "right", "outcome": "winner"}),
        ("policyA,policyB,preference,partial_success_A,partial_success_B,evaluator",
         "x,y,TIE,0.5,1,e",
         {"first": "policyA", "second": "policyB", "outcome": "preference", "judge": "evaluator",
          "score_first": "partial_success_A", "score_second": "partial_success_B"}),
        ("instruction,output_1,generator_1,output_2,generator_2,annotator,preference",
         "say hi,hi,x,ho,y,gpt,1.7",
         {"first": "generator_1", "second": "generator_2", "outcome": "preference",
          "item": "instruction", "judge": "annotator",
          "response_first": "output_1", "response_second": "output_2"}),
        ("player_1,player_2,winner,date", "Ann,Bob,Bob,2024-05-01",
         {"first": "player_1", "second": "player_2", "outcome": "winner", "time": "date"}),
        ("away_team,home_team,result,home_points,away_points", "x,y,home,3,1",
         {"first": "home_team", "second": "away_team", "outcome": "result",
          "score_first": "home_points", "score_second": "away_points"}),
        ("winner_name,loser_name,winner_rank,loser_rank", "x,y,1,2",
         {"first": "winner_name", "second": "loser_name", "outcome": "winner_name",
          "features": (("rank", "winner_rank", "loser_rank"),)}),
        ("model_a,model_b,winner,count", "x,y,tie,12",
         {"first": "model_a", "second": "model_b", "outcome": "winner", "count": "count"}),
        ("model_a,model_b,winner,words_a,words_b,note_a,note_b", "x,y,tie,12,14,p,q",
         {"first": "model_a", "second": "model_b", "outcome": "winner",
          "features": (("words", "words_a", "words_b"),)}),
        ("model_a,model_b,winner,prompt_id,prompt,capability,weight",
         "x,y,tie,7,hello,Math/Algebra,0.5",
         {"first": "model_a", "second": "model_b", "outcome": "winner", "item": "prompt_id",
          "item_text": "prompt", "capability": ("capability",), "weight": "weight"}),
    ],
)  # fmt: skip
def test_known_layouts(staged, header, row, expected):
    """Column names decide, in whatever order they stand."""
    file = staged(f"{header}\n{row}\n")
    assert roles(file) == expected
    assert check(file, suggest(file).mapping).accepted == 1


def test_every_other_column_is_a_field(staged):
    """Nothing is lost but an unnamed row index."""
    file = staged(",model_a,model_b,winner,language,turn\n0,x,y,tie,en,1\n")
    assert suggest(file).mapping.fields == ("language", "turn")


@pytest.mark.parametrize(
    ("header", "noun"),
    [("model_a,model_b", "model"), ("policyA,policyB", "policy"), ("A,B", "competitor")],
)
def test_the_noun_comes_from_the_header(staged, header, noun):
    """The word in the column names is what competitors are called."""
    assert suggest(staged(f"{header},winner\nx,y,tie\nx,y,a\n")).noun == noun


def test_values_find_an_outcome_of_another_name(staged):
    """A column of words for the sides is recognised under any name."""
    file = staged("model_a,model_b,who\nx,y,a\nx,y,b\n")
    assert suggest(file).mapping.outcome == "who"


def test_a_file_that_fits_no_form_says_so(staged):
    """Neither comparisons nor scores: the sentence names both forms and the columns."""
    suggestion = suggest(staged("colour,shape\nred,round\nblue,square\n"))
    assert "fits neither form" in str(suggestion.problem)
    assert "colour, shape" in str(suggestion.problem)
    assert "No column of log.csv tells who won" in str(
        suggest(staged("model_a,model_b\nx,y\n")).problem
    )


def test_one_hot_winners_are_not_taken_for_a_side(staged):
    """winner_model_a = 0 may be a tie: a column with a twin for the other side is no outcome."""
    header = "model_a,model_b,winner_model_a,winner_model_b,winner_tie\n"
    suggestion = suggest(staged(header + "x,y,1,0,0\nx,y,0,0,1\nx,y,0,1,0\n"))
    assert suggestion.problem is not None
    assert suggestion.mapping.outcome == ""


def test_a_remembered_mapping_is_used_where_it_suits(staged):
    """All its columns are there: the same roles; one is missing: a new guess."""
    remembered = Mapping(first="left", second="right", outcome="w", item="topic", dialect="words")
    file = staged("left,right,w,topic,extra\nx,y,left,t,1\n")
    mapping = suggest(file, remembered=remembered).mapping
    assert (mapping.item, mapping.fields, mapping.dialect) == ("topic", ("extra",), "words")
    other = staged("model_a,model_b,winner\nx,y,tie\n", "other.csv")
    assert suggest(other, remembered=remembered).mapping.first == "model_a"


def test_stated_roles_are_kept_and_the_rest_is_guessed(staged):
    """What the user says is never overruled; an unknown column is named."""
    file = staged("model_a,model_b,winner,topic\nx,y,tie,t\n")
    given = Mapping.parse(["item=topic", "first=model_b", "second=model_a"])
    mapping = suggest(file, given=given).mapping
    assert (mapping.first, mapping.item, mapping.outcome) == ("model_b", "topic", "winner")
    with pytest.raises(InputError, match="no column 'gone'"):
        suggest(file, given=Mapping.parse(["item=gone"]))


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (["first"], "role=column"),
        (["colour=x"], "the roles are first"),
        (["item=x", "item=y"], "given twice"),
        (["features=x"], "two columns"),
    ],
)
def test_a_wrong_mapping_is_one_sentence(pairs, words):
    """Each mistake in --map has its own sentence."""
    with pytest.raises(InputError, match=words):
        Mapping.parse(pairs)


def test_mappings_survive_json_and_parsing():
    """What is remembered is what was confirmed; a column has one role at a time."""
    mapping = Mapping.parse(
        ["first=a", "second=b", "outcome=w", "features=n_a,n_b", 'capability="x,1",y', "fields=p,q"]
    )
    assert mapping.features == (("n", "n_a", "n_b"),)
    assert mapping.capability == ("x,1", "y")
    assert Mapping.from_json(mapping.to_json()) == mapping
    moved = Mapping.parse(["item=p"], base=mapping)
    assert (moved.item, moved.fields, moved.role_of("p")) == ("p", ("q",), "item")
    with pytest.raises(InputError, match="not a mapping"):
        Mapping.from_json("[1]")


@pytest.mark.parametrize(
    ("name", "votes", "competitors", "dialect"),
    [
        ("chatbot_arena_2024/comparisons.csv", 1670250, 129, "words"),
        ("llmfao/comparisons.csv", 8931, 59, "words"),
        ("mteb_arena/comparisons.csv", 1930, 15, "words"),
        ("alpaca_eval/comparisons.parquet", 104576, 103, "words"),
        ("tennis_atp/comparisons.parquet", 194993, 7572, "words"),
        ("roboarena/derived/sessions.csv", 796, 8, "words"),
        ("roboarena/anyrank/policy_preferences.csv", 796, 8, "first-is-0"),
    ],
)
@pytest.mark.filterwarnings("ignore::ranking.errors.RankingWarning")
def test_real_logs_read_without_help(dataset, name, votes, competitors, dialect):
    """Every public log of pairwise comparisons is understood from its header and values."""
    from ranking.ingest import stage

    with stage(dataset(name)) as file:
        suggestion = suggest(file)
        found = check(file, suggestion.mapping)
    assert (found.votes, found.competitors, found.mapping.dialect) == (votes, competitors, dialect)
    assert read(dataset(name)).tally().votes.sum() == votes


def test_any_pair_of_like_columns_can_name_the_competitors(staged):
    """journal_a and journal_b hold the same few names; answer_a and answer_b do not."""
    rows = "".join(
        f"{a},{b},said {a}{k},said {b}{k},{a}\n" for k in range(3) for a, b in ("xy", "yz", "zx")
    )
    file = staged("journal_a,journal_b,remark_a,remark_b,winner\n" + rows)
    mapping = suggest(file).mapping
    assert (mapping.first, mapping.second) == ("journal_a", "journal_b")
