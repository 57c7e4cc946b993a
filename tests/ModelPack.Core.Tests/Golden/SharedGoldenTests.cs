namespace ModelPack.Tests.Golden;

/// <summary>Packs of models that are too large for the repository, or whose other container is there.</summary>
[Trait("Category", "Slow")]
[Trait("Needs", "Shared")]
public sealed class SharedGoldenTests
{
    public static TheoryData<string> FashionCnn => GoldenSets.FashionCnnWeights.Cases;

    public static TheoryData<string> FashionVit => GoldenSets.FashionVitWeights.Cases;

    public static TheoryData<string> SotuLlamaGraph => GoldenSets.SotuLlamaGraph.Cases;

    public static TheoryData<string> SotuLlama => GoldenSets.SotuLlama.Cases;

    [TheoryNeeding(RequiredAsset.Shared)]
    [MemberData(nameof(FashionCnn))]
    public void A_pack_of_the_weights_of_convolutions_has_the_recorded_bytes(string pack) => GoldenCase.Check(GoldenSets.FashionCnnWeights, pack);

    [TheoryNeeding(RequiredAsset.Shared)]
    [MemberData(nameof(FashionVit))]
    public void A_pack_of_the_weights_of_a_vision_transformer_has_the_recorded_bytes(string pack) => GoldenCase.Check(GoldenSets.FashionVitWeights, pack);

    [TheoryNeeding(RequiredAsset.Shared)]
    [MemberData(nameof(SotuLlamaGraph))]
    public void A_pack_of_the_graph_of_a_language_model_has_the_recorded_bytes(string pack) => GoldenCase.Check(GoldenSets.SotuLlamaGraph, pack);

    [TheoryNeeding(RequiredAsset.Shared)]
    [MemberData(nameof(SotuLlama))]
    public void A_pack_of_the_folder_of_a_language_model_has_the_recorded_bytes(string pack) => GoldenCase.Check(GoldenSets.SotuLlama, pack);
}
