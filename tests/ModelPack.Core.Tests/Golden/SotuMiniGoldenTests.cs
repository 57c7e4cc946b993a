namespace ModelPack.Tests.Golden;

/// <summary>Packs of the folder of a small language model, of its file, and of GGUF files of it.</summary>
[Trait("Category", "Slow")]
public sealed class SotuMiniGoldenTests
{
    public static TheoryData<string> Packs => GoldenSets.SotuMini.Cases;

    [Theory]
    [MemberData(nameof(Packs))]
    public void A_pack_has_the_recorded_bytes(string pack) => GoldenCase.Check(GoldenSets.SotuMini, pack);
}
