"""The real models: the embedder contract on the packaged model, and the packaged judge."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from kb.embedding import Embedder, load_embedder
from kb.embedding.models import PACKAGED_MODEL, model_folder, weights_sha256
from kb.errors import ModelError, SettingsError
from kb.judging import Judge, load_judge
from kb.judging.judge import OnnxJudge, packaged_folder
from kb.sentences import sentence_spans
from kb.settings import load_settings
from tests.tiny import TinyEmbedder

TEXT = "Trust is built by talking early. Bad news travels slowly, and that is how trust is lost."
OTHER = "Short words. " + "The schedule of the second site was never agreed with the buyer. " * 8


@pytest.fixture(scope="module")
def packaged() -> Embedder:
    return load_embedder(load_settings(environ={}))


@pytest.fixture(scope="module")
def judge() -> Judge:
    made = load_judge(load_settings(environ={}))
    assert made is not None
    return made


@pytest.fixture(params=["tiny", "packaged"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    found: Embedder = TinyEmbedder() if request.param == "tiny" else request.getfixturevalue("packaged")
    return found


def test_vectors_have_the_models_dimension_and_unit_length(embedder: Embedder) -> None:
    [made] = embedder.passages([TEXT], [sentence_spans(TEXT)])
    assert made.vector.shape == (embedder.identity.dimension,)
    assert made.vector.dtype == np.float32
    assert made.sentences.shape == (2, embedder.identity.dimension)
    assert made.sentences.dtype == np.float16
    assert np.linalg.norm(made.vector) == pytest.approx(1.0, abs=1e-5)
    assert np.linalg.norm(made.sentences.astype(np.float32), axis=1) == pytest.approx([1.0, 1.0], abs=2e-3)


def test_passages_longer_than_the_model_reads_are_refused() -> None:
    with pytest.raises(SettingsError, match="passage_tokens = 400 is more than the 256 tokens"):
        load_embedder(load_settings({"passage_tokens": 400}, environ={}))


def test_batch_mates_do_not_change_a_vector(embedder: Embedder) -> None:
    spans = [sentence_spans(TEXT), sentence_spans(OTHER)]
    [alone] = embedder.passages([TEXT], spans[:1])
    together = embedder.passages([TEXT, OTHER], spans)[0]
    assert float(alone.vector @ together.vector) >= 0.9999
    for mine, theirs in zip(alone.sentences, together.sentences, strict=True):
        assert float(mine.astype(np.float32) @ theirs.astype(np.float32)) >= 0.998


def test_pieces_of_an_overlong_text_cover_it_in_order(embedder: Embedder) -> None:
    text = " ".join(f"word{i}" for i in range(900))
    spans = embedder.split(text, 250)
    assert [w for a, b in spans for w in text[a:b].split()] == text.split()
    assert max(embedder.count([text[a:b] for a, b in spans])) <= 250


def test_the_packaged_vectors_are_those_of_sentence_transformers(packaged: Embedder) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_folder(PACKAGED_MODEL)), device="cpu")
    theirs = model.encode([TEXT, OTHER], normalize_embeddings=True, show_progress_bar=False)
    ours = packaged.passages([TEXT, OTHER], [sentence_spans(TEXT), sentence_spans(OTHER)])
    for mine, reference in zip(ours, theirs, strict=True):
        assert float(mine.vector @ reference) >= 0.9999
    assert float(packaged.question(TEXT) @ theirs[0]) >= 0.9999


def test_a_sentences_vector_is_the_mean_of_its_tokens_out_of_the_passages_pass(packaged: Embedder) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_folder(PACKAGED_MODEL)), device="cpu")
    rows = model.encode([TEXT], output_value="token_embeddings", convert_to_numpy=False)[0].cpu().numpy()
    offsets = model.tokenizer(TEXT, return_offsets_mapping=True)["offset_mapping"]
    [made] = packaged.passages([TEXT], [sentence_spans(TEXT)])
    for (start, end), mine in zip(sentence_spans(TEXT), made.sentences, strict=True):
        mean = np.mean([row for row, (a, b) in zip(rows, offsets, strict=True) if b > a and start <= a < end], axis=0)
        assert float(mine.astype(np.float32) @ (mean / np.linalg.norm(mean))) >= 0.999


def test_a_late_pooled_vector_differs_from_the_sentence_encoded_alone(packaged: Embedder) -> None:
    [made] = packaged.passages([TEXT], [sentence_spans(TEXT)])
    alone = packaged.question(TEXT[slice(*sentence_spans(TEXT)[1])])
    assert float(made.sentences[1].astype(np.float32) @ alone) < 0.99


def test_weights_that_are_not_the_official_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(ModelError, match="not the official"):
        weights_sha256(PACKAGED_MODEL, tmp_path)


def test_another_model_may_be_named_by_folder(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    source = model_folder(PACKAGED_MODEL)
    assert source is not None
    shutil.copytree(source, folder)
    made = load_embedder(load_settings({"model": str(folder)}, environ={}))
    assert made.identity.name == str(folder)
    assert made.question("trust").shape == (384,)


def test_a_model_that_is_nowhere_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="folder of a sentence-transformers model"):
        load_embedder(load_settings({"model": "nobody/has-this"}, environ={}))


def test_the_judge_ranks_an_answer_over_an_unrelated_sentence(judge: Judge) -> None:
    question = "How is trust built?"
    answer, other = judge.scores(question, ["Trust is built through open talk.", "Paris is the capital of France."])
    assert answer > 0 > other


def test_the_judges_score_does_not_depend_on_batch_mates(judge: Judge) -> None:
    question, sentence = "How is trust built?", "Trust is built through open talk."
    assert judge.scores(question, [sentence, OTHER])[0] == judge.scores(question, [sentence])[0]


def test_a_judge_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    shutil.copytree(packaged_folder(), tmp_path / "judge")
    (tmp_path / "judge" / "model.onnx").write_bytes(b"another model")
    with pytest.raises(ModelError, match="not the pinned"):
        OnnxJudge(tmp_path / "judge", 1).scores("q", ["s"])


def test_judge_none_answers_by_the_rest_of_the_rule() -> None:
    assert load_judge(load_settings({"judge": "none"}, environ={})) is None
