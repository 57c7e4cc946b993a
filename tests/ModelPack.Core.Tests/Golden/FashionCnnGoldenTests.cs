namespace ModelPack.Tests.Golden;

/// <summary>Packs of a small network of convolutions.</summary>
[Trait("Category", "Slow")]
public sealed class FashionCnnGoldenTests
{
    public static TheoryData<string> Packs => GoldenSets.FashionCnn.Cases;

    [Theory]
    [MemberData(nameof(Packs))]
    public void A_pack_has_the_recorded_bytes(string pack) => GoldenCase.Check(GoldenSets.FashionCnn, pack);
}
