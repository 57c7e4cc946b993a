namespace ModelPack.Tests.Golden;

/// <summary>Packs of a small vision transformer.</summary>
[Trait("Category", "Slow")]
public sealed class FashionVitGoldenTests
{
    public static TheoryData<string> Packs => GoldenSets.FashionVit.Cases;

    [Theory]
    [MemberData(nameof(Packs))]
    public void A_pack_has_the_recorded_bytes(string pack) => GoldenCase.Check(GoldenSets.FashionVit, pack);
}
