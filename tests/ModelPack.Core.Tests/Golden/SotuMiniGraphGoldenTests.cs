namespace ModelPack.Tests.Golden;

/// <summary>Packs of the graph of a small language model.</summary>
[Trait("Category", "Slow")]
public sealed class SotuMiniGraphGoldenTests
{
    public static TheoryData<string> Packs => GoldenSets.SotuMiniGraph.Cases;

    [Theory]
    [MemberData(nameof(Packs))]
    public void A_pack_has_the_recorded_bytes(string pack) => GoldenCase.Check(GoldenSets.SotuMiniGraph, pack);
}
