"""The contract that every embedding backend keeps, on the packaged model; and models other than that."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb.assembly import KnowledgeBase
from kb.embedding import Embedder, Embedders, load_embedder
from kb.embedding.backends import BACKENDS, REFERENCE, models_folder
from kb.embedding.exporting import padded
from kb.embedding.models import PACKAGED_MODEL, model_folder
from kb.embedding.onnx_runner import OnnxRunner
from kb.embedding.runner import Facts
from kb.errors import IndexFault, ModelError, SettingsError
from kb.sentences import sentence_spans
from kb.settings import Settings, load_settings
from tests.kb.makers import TRUST, draft, item
from tests.tiny import TinyJudge

TEXT = "Trust is built by talking early. Bad news travels slowly, and that is how trust is lost."
OTHER = "Short words. " + "The schedule of the second site was never agreed with the buyer. " * 8
# How far a form of the model may be from the reference, in cosine.
LEAST = {
    "torch-float16": 0.9999,
    "onnx-float32": 0.9999,
    "openvino-float32": 0.9999,
    "openvino-int8": 0.998,
    "onnx-int8": 0.98,
    "openvino-int8-static": 0.97,
}


def with_backend(models: Path, name: str, **values: object) -> Settings:
    return load_settings({"backend": name, "models": str(models), **values}, environ={})


@pytest.fixture(scope="session")
def loaded(models: Path) -> dict[str, Embedder]:
    return {name: load_embedder(with_backend(models, name)) for name in BACKENDS}


@pytest.fixture(params=list(BACKENDS))
def embedder(request: pytest.FixtureRequest, loaded: dict[str, Embedder]) -> Embedder:
    return loaded[request.param]


def cosine(one: Any, other: Any) -> float:
    a, b = one.astype(np.float32), other.astype(np.float32)
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_identity_when_asked_names_the_backend_as_the_variant(embedder: Embedder) -> None:
    identity = embedder.identity
    assert identity.variant in BACKENDS
    assert (identity.name, identity.dimension) == (PACKAGED_MODEL, 384)
    assert f"/{identity.variant}/" in identity.key()


def test_vectors_when_made_have_the_dimension_and_unit_length(embedder: Embedder) -> None:
    [made] = embedder.passages([TEXT], [sentence_spans(TEXT)])
    assert (made.vector.shape, made.vector.dtype) == ((384,), np.float32)
    assert (made.sentences.shape, made.sentences.dtype) == ((2, 384), np.float16)
    assert np.linalg.norm(made.vector) == pytest.approx(1.0, abs=1e-5)
    assert np.linalg.norm(made.sentences.astype(np.float32), axis=1) == pytest.approx([1.0, 1.0], abs=2e-3)


def test_batch_mates_when_there_are_some_do_not_change_a_vector(embedder: Embedder) -> None:
    texts = [TEXT, OTHER, TEXT + " " + OTHER, "One word."]
    together = embedder.passages(texts, [sentence_spans(text) for text in texts])
    for text, mine in zip(texts, together, strict=True):
        [alone] = embedder.passages([text], [sentence_spans(text)])
        assert cosine(alone.vector, mine.vector) >= 0.9999
        for one, other in zip(alone.sentences, mine.sentences, strict=True):
            assert cosine(one, other) >= 0.999
        if BACKENDS[embedder.identity.variant].alone:
            # Nothing at all may move where a decision could turn on it.
            assert np.array_equal(alone.vector, mine.vector)
            assert np.array_equal(alone.sentences, mine.sentences)


def test_question_when_it_is_a_passage_s_text_has_the_passage_s_vector(embedder: Embedder) -> None:
    [made] = embedder.passages([TEXT], [sentence_spans(TEXT)])
    assert cosine(embedder.question(TEXT), made.vector) >= 0.9999


def test_vectors_when_compared_with_the_reference_are_near(embedder: Embedder, loaded: dict[str, Embedder]) -> None:
    texts = [TEXT, OTHER]
    spans = [sentence_spans(text) for text in texts]
    least = LEAST.get(embedder.identity.variant, 0.9999)
    pairs = zip(embedder.passages(texts, spans), loaded[REFERENCE].passages(texts, spans), strict=True)
    for mine, reference in pairs:
        assert cosine(mine.vector, reference.vector) >= least
        for one, other in zip(mine.sentences, reference.sentences, strict=True):
            assert cosine(one, other) >= least - 0.02


def test_texts_when_there_are_many_come_back_in_their_own_order(loaded: dict[str, Embedder]) -> None:
    texts = [f"Number {number} {'and on ' * (number % 7)}" for number in range(140)]
    for name in (REFERENCE, "onnx-float32"):
        made = loaded[name].passages(texts, [[(0, len(text))] for text in texts])
        for number in (0, 1, 70, 139):
            assert cosine(made[number].vector, loaded[REFERENCE].question(texts[number])) >= 0.9999


def test_dynamic_int8_when_given_batch_mates_moves_which_is_why_it_reads_alone(loaded: dict[str, Embedder]) -> None:
    assert BACKENDS["onnx-int8"].alone
    loaded["onnx-int8"].question(TEXT)
    runner = loaded["onnx-int8"]._runner  # type: ignore[attr-defined]
    assert isinstance(runner, OnnxRunner)
    rows = [[101, *range(2000, 2020), 102], [101, *range(3000, 3060), 102]]
    alone, _ = runner.run(*padded(rows[:1]))
    together, _ = runner.run(*padded(rows))
    assert not np.allclose(alone[0], together[0], atol=1e-4)


def test_a_backend_when_it_is_unknown_is_refused_with_the_nearest(models: Path) -> None:
    with pytest.raises(SettingsError, match="Did you mean 'onnx-int8'"):
        load_embedder(with_backend(models, "onxx-int8"))


def test_models_when_no_folder_is_set_lie_in_the_data_folder() -> None:
    assert models_folder(load_settings({"data": "here"}, environ={})) == Path("here/models")


@pytest.mark.parametrize(("name", "module"), [("openvino-int8", "nncf"), ("openvino-float32", "openvino")])
def test_a_backend_when_its_tool_is_not_installed_says_what_to_install(
    name: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.metadata

    real = importlib.metadata.version

    def version(package: str) -> str:
        if package == module:
            raise importlib.metadata.PackageNotFoundError(package)
        return real(package)

    monkeypatch.setattr(importlib.metadata, "version", version)
    with pytest.raises(ModelError, match=rf"{module} is not installed.*pip install '{module}=="):
        load_embedder(with_backend(tmp_path, name)).question("trust")


def test_openvino_when_it_cannot_be_imported_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from kb.embedding import openvino_runner

    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ModelError, match="openvino is not installed"):
        openvino_runner.OpenvinoRunner(Path(), Facts(8, "", ""), 1)


def test_embedders_when_asked_for_a_generation_s_key_load_its_variant_whatever_the_setting(models: Path) -> None:
    embedders = Embedders(with_backend(models, REFERENCE))
    wanted = load_embedder(with_backend(models, "onnx-float32")).identity
    found = embedders.of(wanted.name, wanted.key())
    assert found.identity == wanted
    assert embedders.named(variant="onnx-float32") is found
    assert embedders.named() is embedders.own
    assert embedders.own.identity.variant == REFERENCE
    with pytest.raises(IndexFault, match="not to be had"):
        embedders.of(wanted.name, wanted.key().replace("onnx-float32", "abacus"))


def test_a_library_when_reindexed_with_another_variant_answers_and_publishes_with_it(
    models: Path, data_folder: Path, root: Path
) -> None:
    settings = with_backend(
        models, REFERENCE, data=str(data_folder), themes_file=str(root / "corpus" / "themes.toml"), judge="none"
    )
    with KnowledgeBase(settings, judge=TinyJudge()) as base:
        list(base.publisher().publish_all([item(draft(TRUST, key="one"))]))
        made = base.reindexing.run(variant="onnx-float32")
        assert made.embedded > 0
        assert made.generation.variant == "onnx-float32"
        base.follow()
        list(base.publisher().publish_all([item(draft([("Guest", "Only said in two.")], key="two"))]))
        base.follow()
        assert "two" in base.search("What was only said in two?")[0].passage.text
        assert base.check() == []
        assert base.reindexing.run(variant="onnx-float32").embedded == 0
    with KnowledgeBase(settings.with_values(backend="torch-float32"), judge=TinyJudge()) as base:
        base.follow()
        assert base.search("Only said in two")


@pytest.fixture(scope="session")
def odd_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small BERT with weights out of a fixed seed, the first token as pooling and a dense layer on top."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer
    from transformers import BertConfig, BertModel

    torch.manual_seed(7)
    source = model_folder(PACKAGED_MODEL)
    assert source is not None
    folder = tmp_path_factory.mktemp("odd") / "bert"
    BertModel(
        BertConfig(
            vocab_size=30522,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=64,
        )
    ).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(source / name, folder / name)
    words = Transformer(str(folder), max_seq_length=64)
    model = SentenceTransformer(
        modules=[words, Pooling(32, pooling_mode="cls"), Dense(32, 32)], device="cpu", prompts={"query": "ask: "}
    )
    model.save(str(folder.with_name("whole")))
    return folder.with_name("whole")


def test_a_model_when_it_pools_otherwise_and_has_more_layers_is_itself_on_another_backend(
    odd_model: Path, models: Path
) -> None:
    made = [
        load_embedder(with_backend(models, name, model=str(odd_model), passage_tokens=60))
        for name in (REFERENCE, "onnx-float32")
    ]
    reference, exported = [embedder.passages([TEXT], [sentence_spans(TEXT)])[0] for embedder in made]
    assert cosine(reference.vector, exported.vector) >= 0.9999
    assert cosine(reference.sentences[1], exported.sentences[1]) >= 0.999
    first, second = (embedder.question("How is trust built?") for embedder in made)
    assert cosine(first, second) >= 0.9999


def test_a_model_when_it_cannot_be_exported_is_refused_with_the_way_out(odd_model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(odd_model, broken)
    config = json.loads((broken / "config.json").read_text())
    (broken / "config.json").write_text(json.dumps({**config, "num_hidden_layers": "two"}))
    with pytest.raises(ModelError, match="onnx-float32 form of the model cannot be made"):
        load_embedder(with_backend(tmp_path, "onnx-float32", model=str(broken), passage_tokens=60)).question("trust")
