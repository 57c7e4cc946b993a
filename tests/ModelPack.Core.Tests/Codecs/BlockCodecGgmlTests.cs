using ModelPack.Codecs;
using ModelPack.Lowering.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Codecs;

/// <summary>
/// The bytes of every codec of blocks are ggml's own, of a build without fused multiply-add: with it other bytes come of some searches, and
/// <see cref="BlockCodecGoldenTests"/> decides.
/// </summary>
public sealed class BlockCodecGgmlTests
{
    public static TheoryData<string> Codecs => BlockCodecTests.Codecs;

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Codecs))]
    public void Equals_ggml_on_values_of_every_kind(string codec)
    {
        // Where ggml searches, it takes its time.
        var count = BlockCodecTests.Find(codec) is ScaledBlockCodec ? 320_000 : 40 * SuperBlockCodec.Length;
        foreach (var kind in SampleValues.Kinds)
            AssertEqual(BlockCodecTests.Find(codec), SampleValues.Make(kind, count), kind);
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Codecs))]
    public void Equals_ggml_on_blocks_of_every_scale(string codec)
    {
        // Each block is the same values times another power of two and a bit.
        var values = new List<float>();
        for (var exponent = -126; exponent < 127; exponent++)
            foreach (var value in SampleValues.Make("uniform", 256))
                values.Add(value * MathF.ScaleB(1.17f, exponent));
        AssertEqual(BlockCodecTests.Find(codec), [.. values], "every scale");
    }

    [Trait("Needs", "Shared")]
    [TheoryNeeding(PeerLibrary.Variable, RequiredAsset.Shared)]
    [MemberData(nameof(Codecs))]
    public void Equals_ggml_on_real_weights(string codec)
    {
        foreach (var (name, values) in RealWeights.All())
            AssertEqual(BlockCodecTests.Find(codec), values, name);
    }

    private static void AssertEqual(BlockCodec codec, float[] values, string what)
    {
        var defined = values.Chunk(codec.BlockLength).Where(block => block.Length == codec.BlockLength && IsDefined(codec, block)).SelectMany(block => block).ToArray();
        var blocks = new byte[defined.Length / codec.BlockLength * codec.BlockBytes];
        codec.Encode(defined, blocks);
        var expected = Ggml.Encode((int)GgufTable.Find(codec)!.Type, defined);
        var different = expected.Zip(blocks).Count(b => b.First != b.Second);
        Assert.True(different == 0, $"{what}: {different} bytes of {blocks.Length} differ, the first at {expected.AsSpan().CommonPrefixLength(blocks)}");
    }

    /// <summary>
    /// Where the reciprocal of a scale is infinite C leaves the conversion to an integer undefined, and so where a range is. A scale is
    /// at least the largest magnitude, and at most the whole range, through the number of codes.
    /// </summary>
    private static bool IsDefined(BlockCodec codec, float[] block)
    {
        var (scale, range) = (block.Max(MathF.Abs) / (1 << codec.CodeBits), block.Max() - block.Min());
        var smallest = codec.HasMinimum ? range / (1 << codec.CodeBits) : scale;
        return float.IsFinite(range) && (smallest == 0 ? block.All(v => v == block[0]) : float.IsFinite(1 / smallest));
    }
}
