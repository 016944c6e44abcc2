"""Settings: what wins, what is refused, and with which message."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchsync.messages import Lang
from batchsync.settings import Override, SettingsProblems, load


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No settings from the machine that runs the tests."""
    for name in list(os.environ):
        if name.startswith("BATCHSYNC_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(text: str, name: str = "config.yaml", encoding: str = "utf-8") -> Path:
    path = Path(name)
    path.write_bytes(text.encode(encoding))
    return path


def problems(path: Path | None = None, *, lang: Lang = Lang.EN, token: bool = False) -> list[str]:
    with pytest.raises(SettingsProblems) as caught:
        load(path, token=token)
    return [line.removeprefix("  - ") for line in caught.value.render(lang).splitlines()[1:]]


def test_no_file_means_defaults() -> None:
    """Nothing has to be written to start."""
    loaded = load()
    assert (5, 10, None) == (loaded.config.pace.rate, loaded.config.pace.concurrency, loaded.file)


def test_the_later_source_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """File, then environment, then options; what none names keeps its default."""
    written("pace: {rate: 1, concurrency: 2}\nspend: {max_points: 3}\n")
    monkeypatch.setenv("BATCHSYNC_PACE__RATE", "7")
    monkeypatch.setenv("BATCHSYNC_PACE__CONCURRENCY", "8")
    config = load(options=[Override(key="pace.rate", flag="--rate", value="9")]).config
    assert (9, 8, 3, 1) == (
        config.pace.rate,
        config.pace.concurrency,
        config.spend.max_points,
        config.spend.price,
    )


@pytest.mark.parametrize("value", ["429,503,520", "[429, 503, 520]", " 429 , 503,520 "])
def test_a_list_in_the_environment_is_json_or_commas(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Both ways people write lists in an environment variable."""
    monkeypatch.setenv("BATCHSYNC_RETRY__UNSENT_HTTP", value)
    assert (429, 503, 520) == load().config.retry.unsent_http


def test_pairs_in_the_environment_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shop names and their merchant ids."""
    monkeypatch.setenv("BATCHSYNC_INPUT__OWNERS", '{"茶叶店": "0088"}')
    assert {"茶叶店": "0088"} == load().config.input.owners


def test_a_merchant_id_in_the_environment_keeps_its_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    """An id is text, also where it looks like a number."""
    monkeypatch.setenv("BATCHSYNC_INPUT__OWNER_ID", "0012345")
    assert "0012345" == load().config.input.owner_id


def test_ids_in_the_file_are_exact() -> None:
    """YAML would make 0012345 an octal number and 12e3 a float: a wrong id is a paid wrong call."""
    written("input:\n  owner_id: 0012345\n  owners:\n    a: 12e3\n    no: 010\n")
    config = load().config
    assert ("0012345", {"a": "12e3", "no": "010"}) == (config.input.owner_id, config.input.owners)


def test_a_merchant_id_per_sheet() -> None:
    """owner_id is an id, or sheet name: id."""
    written("input:\n  owner_id:\n    北京: 0012\n    Sheet2: 34\n")
    assert {"北京": "0012", "Sheet2": "34"} == load().config.input.owner_id


def test_a_single_name_is_a_list_of_one() -> None:
    """`sheets: Orders` is a list of one name."""
    written("input:\n  sheets: Orders\n")
    assert ("Orders",) == load().config.input.sheets


@pytest.mark.parametrize("value", ["", " ~", " null", ' ""', " '  '"])
def test_an_empty_value_is_an_error_with_its_line(value: str) -> None:
    """`url:` could mean anything; the default in its place would send to another address."""
    written(f"pace:\n  rate: 3\napi:\n  url:{value}\n")
    assert [
        "config.yaml, line 4: api.url has no value. Write one, or remove the line to use the default."
    ] == problems()


def test_an_empty_section_or_file_has_the_defaults() -> None:
    """A section whose keys are all commented out changes nothing."""
    written("spend:\ninput: ~\n")
    assert 5 == load().config.pace.rate
    written("# nothing\n")
    assert 5 == load().config.pace.rate


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_as_windows_saves_it(encoding: str) -> None:
    """Notepad on a Chinese Windows saves GBK, UTF-8 with a BOM, or UTF-16."""
    written("# 商家\ninput:\n  owners: {茶叶店: 77}\n", encoding=encoding)
    assert {"茶叶店": "77"} == load().config.input.owners


def test_all_problems_are_reported_at_once_with_their_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything can be fixed at once, in whatever source it is."""
    written(
        "pace:\n  rate: 0\n  concurency: 3\napi:\n  keep_alive: perhaps\noutput:\n  format: pdf\npacing: {}\n"
    )
    monkeypatch.setenv("BATCHSYNC_SPEND__PRICE", "1.5")
    assert {
        "config.yaml, line 2: pace.rate must be more than 0, not `0`.",
        "config.yaml, line 3: there is no setting `pace.concurency`. Did you mean `pace.concurrency`?",
        "config.yaml, line 5: api.keep_alive must be true or false, not `perhaps`.",
        "config.yaml, line 7: output.format must be one of xlsx, csv, not `pdf`.",
        "config.yaml, line 8: there is no setting `pacing`. Did you mean `pace`?",
        "environment variable BATCHSYNC_SPEND__PRICE: spend.price must be a whole number, not `1.5`.",
    } == set(problems())


def test_a_problem_is_reported_in_chinese() -> None:
    """The same places and facts, in the user's language."""
    written("pace:\n  rate: fast\n")
    assert ["config.yaml 第 2 行：pace.rate 必须是数字，不能是 `fast`。"] == problems(lang=Lang.ZH)


def test_a_key_of_another_section_is_found() -> None:
    """Someone who puts rate under api meant pace.rate."""
    written("api:\n  rate: 3\n")
    assert ["config.yaml, line 2: there is no setting `api.rate`. Did you mean `pace.rate`?"] == problems()


def test_a_key_given_twice_is_refused() -> None:
    """YAML would silently take the last one, perhaps the wrong cap."""
    written("spend:\n  max_points: 10\n  price: 1\n  max_points: 9999\n")
    assert [
        "config.yaml, line 4: `max_points` is set twice; the first one is in line 2. Delete one of them."
    ] == problems()


@pytest.mark.parametrize(
    "text", ["token: S3CRET\n", "api:\n  token: S3CRET\n", "api:\n  Authorization: S3CRET\n"]
)
def test_a_token_in_the_file_is_refused_and_not_shown(text: str) -> None:
    """The settings file is copied and mailed around."""
    written(text)
    (sentence,) = problems()
    assert ("the settings file must not contain a token" in sentence, "S3CRET" in sentence) == (True, False)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("pace:\n\trate: 5\n", "config.yaml, line 2: there is a tab in the indentation. Use spaces."),
        (
            "pace：\n  rate: 5\n",
            "config.yaml, line 1: there is a full-width colon `：`. Write `: `, a plain colon and a space.",
        ),
        (
            "just words\n",
            "config.yaml, line 1: this must be `section:` with its settings indented below it.",
        ),
        (
            "pace: 5\n",
            (
                "config.yaml, line 1: `pace` is a section: write its settings in the lines below it, "
                "indented by two spaces."
            ),
        ),
        ("- pace\n", "config.yaml, line 1: this must be `section:` with its settings indented below it."),
    ],
)
def test_a_slip_of_the_pen_gets_its_own_sentence(text: str, sentence: str) -> None:
    """What people really type wrong in YAML."""
    written(text)
    assert [sentence] == problems()


@pytest.mark.parametrize(
    "text", ["pace: [1, 2\n", "a: b: c\n", "pace: &x {a: *x}\n", "x: \x07\n", "? {a: b}\n: c\n"]
)
def test_broken_yaml_is_a_sentence(text: str) -> None:
    """Never a traceback, whatever stands in the file."""
    written(text)
    assert all(line.startswith("config.yaml, line") for line in problems())


def test_endless_nesting_is_a_sentence() -> None:
    """A file that would exhaust the parser."""
    written("a: " + "[" * 5_000)
    assert ["config.yaml, line 1: this is nested too deeply."] == problems()


PIECES = st.sampled_from(
    [
        "pace",
        "rate",
        "api",
        "url",
        "token",
        ":",
        ": ",
        "：",
        "\n",
        "  ",
        "\t",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "5",
        "'",
    ]
)


@given(
    st.one_of(
        st.binary(max_size=60), st.lists(PIECES, max_size=25).map(lambda pieces: "".join(pieces).encode())
    )
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_settings_or_sentences(data: bytes) -> None:
    """Whatever config.yaml holds, the result is settings or messages on what to fix, in both languages."""
    Path("config.yaml").write_bytes(data)
    sentences: list[str] = []
    try:
        load()
    except SettingsProblems as wrong:
        sentences = [fault.message().render(lang) for fault in wrong.faults for lang in Lang]
    assert all(sentences)


def test_a_file_that_is_no_text_is_reported() -> None:
    """A workbook given as settings."""
    Path("config.yaml").write_bytes(b"PK\x03\x04\x14\xff\xff")
    assert ["config.yaml is neither UTF-8 nor GBK text. Save it again as UTF-8."] == problems()


def test_a_named_file_must_exist() -> None:
    """A default file may be missing, a named one may not: its limits would silently not hold."""
    assert "There is no settings file other.yaml." in problems(Path("other.yaml"))[0]


def test_an_unknown_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cap that is mistyped must not be no cap."""
    monkeypatch.setenv("BATCHSYNC_SPENT__MAX_POINTS", "10")
    (sentence,) = problems()
    assert (
        "environment variable BATCHSYNC_SPENT__MAX_POINTS: there is no setting `spent`. Did you mean `spend`?"
        == sentence
    )


def test_what_kubernetes_sets_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service called batchsync puts its address into every pod."""
    monkeypatch.setenv("BATCHSYNC_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("BATCHSYNC_PORT_8080_TCP_ADDR", "10.0.0.1")
    assert 5 == load().config.pace.rate


@pytest.mark.parametrize(
    "url", ["www.example.com/x", "ftp://example.com", "http://", "http://u:pw@example.com/", "http://a b/"]
)
def test_an_address_that_cannot_be_called_is_refused(url: str) -> None:
    """Reported before the first row, and without a password that may be in it."""
    written(f"api:\n  url: {url}\n")
    (sentence,) = problems()
    assert ("must be a web address" in sentence, "pw" in sentence) == (True, False)


# --- Paths --------------------------------------------------------------------------------------------------


def test_paths_in_the_file_start_from_its_folder(tmp_path: Path) -> None:
    """The same settings used from two folders must mean one ledger, or both would pay."""
    folder = tmp_path / "设 置"
    folder.mkdir()
    path = written(
        "ledger: {url: l.sqlite}\noutput: {folder: out}\napi: {token_file: t}\n", str(folder / "c.yaml")
    )
    config = load(path).config
    assert (str(folder / "l.sqlite"), folder / "out", folder / "t") == (
        config.ledger.url,
        config.output.folder,
        config.api.token_file,
    )


@pytest.mark.parametrize(
    ("url", "kept"),
    [("postgresql://db/x", "postgresql://db/x"), ("sqlite:////srv/l.sqlite", "sqlite:////srv/l.sqlite")],
)
@pytest.mark.skipif(os.name == "nt", reason="POSIX paths")
def test_a_ledger_that_is_whole_stays_as_it_is(url: str, kept: str) -> None:
    """Only what is relative is made absolute."""
    written(f"ledger: {{url: '{url}'}}\n")
    assert kept == load().config.ledger.url


# --- The token ----------------------------------------------------------------------------------------------


def test_the_token_comes_from_the_environment_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """BATCHSYNC_TOKEN, else the file."""
    written("tok-file\n", "t")
    written("api: {token_file: t}\n")
    monkeypatch.setenv("BATCHSYNC_TOKEN", "tok-env")
    token = load(token=True).config.token
    assert token is not None
    assert "tok-env" == token.get_secret_value()


@pytest.mark.parametrize(
    "data", [b"tok-1\n", b"\xef\xbb\xbftok-1\r\n", b"  tok-1 \n\n", "tok-1\r\n".encode("utf-16")]
)
def test_a_token_file_is_read_as_editors_save_it(data: bytes) -> None:
    """BOM, line end and stray blanks are not part of a token."""
    Path("t").write_bytes(data)
    written("api: {token_file: t}\n")
    token = load(token=True).config.token
    assert token is not None
    assert "tok-1" == token.get_secret_value()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")
def test_a_token_that_others_can_read_is_a_warning() -> None:
    """A warning with the command that fixes it; the nightly run goes on."""
    path = written("tok", "t k")
    path.chmod(0o644)
    written("api: {token_file: t k}\n")
    (warning,) = load(token=True).warnings
    assert f"chmod 600 '{Path.cwd() / 't k'}'" in warning.render(Lang.EN)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert () == load(token=True).warnings


def test_no_token_is_reported_with_all_the_rest() -> None:
    """Everything can be fixed at once."""
    written("pace: {rate: 0}\n")
    lines = problems(token=True)
    assert [True, True] == [any(text in line for line in lines) for text in ("BATCHSYNC_TOKEN", "pace.rate")]


@pytest.mark.parametrize("bad", ["Bearer abc", '"abc"', "two words", "密码", "a\nb"])
def test_a_token_with_more_than_the_token_is_refused(monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    """It would be answered with `authentication failed`; better reported here, and not shown."""
    monkeypatch.setenv("BATCHSYNC_TOKEN", bad)
    (sentence,) = problems(token=True)
    assert ("must contain the token and nothing else" in sentence, bad in sentence) == (True, False)


def test_a_token_given_as_its_file_is_not_shown() -> None:
    """The commonest slip: the token itself where the file's name belongs."""
    secret = "1798c6aadec33d1bc2f5b707f1049aef"
    written(f"api: {{token_file: {secret}}}\n")
    (sentence,) = problems(token=True)
    assert ("looks like the token itself" in sentence, secret in sentence) == (True, False)


def test_the_token_is_not_in_the_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs and tracebacks show settings."""
    monkeypatch.setenv("BATCHSYNC_TOKEN", "tok-canary")
    assert "tok-canary" not in repr(load(token=True))
