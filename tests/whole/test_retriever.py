"""The index in LlamaIndex's query engine."""

from pathlib import Path

from index.retriever import retriever


def test_a_query_engine_answers_from_the_index(project: Path) -> None:
    """With the passages that `qa search` finds, whose text stands at their offsets; a changed file is followed."""
    from llama_index.core.llms import MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine

    seeds = project / "seeds"
    (seeds / "b.txt").write_text("Zebras run nine miles.\n\nThey sleep little.")
    engine = RetrieverQueryEngine.from_args(retriever(seeds, project / ".qa", top=2), llm=MockLLM())
    response = engine.query("what did Lee ask of Xi?")
    assert "constructive role" in str(response)  # the model that repeats its prompt was given the passages
    best = response.source_nodes[0]
    text = (seeds / best.metadata["source"]).read_bytes().decode()
    assert text[best.metadata["start"] : best.metadata["end"]] == best.text
    assert best.metadata["place"] == f"{best.metadata['source']}:{best.metadata['line']}"
    assert len(response.source_nodes) == 2
    assert retriever(seeds, project / ".qa", top=1).retrieve("how far do zebras run?")[0].metadata["source"] == "b.txt"
    (seeds / "b.txt").unlink()
    assert retriever(seeds, project / ".qa", top=1).retrieve("how far do zebras run?")[0].metadata["source"] != "b.txt"
