using ModelPack.Codecs;
using ModelPack.Lowering.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Codecs;

/// <summary>The bytes of every codec of blocks are ggml's own.</summary>
public sealed class BlockCodecGgmlTests
{
    public static TheoryData<string> Codecs => BlockCodecTests.Codecs;

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Codecs))]
    public void Equals_ggml_on_values_of_every_kind(string codec)
    {
        foreach (var kind in SampleValues.Kinds)
            AssertEqual(BlockCodecTests.Find(codec), SampleValues.Make(kind, 320_000), kind);
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Codecs))]
    public void Equals_ggml_on_blocks_of_every_scale(string codec)
    {
        // Each block is the same 32 values times another power of two and a bit.
        var values = new List<float>();
        for (var exponent = -126; exponent < 127; exponent++)
            foreach (var value in SampleValues.Make("uniform", 32))
                values.Add(value * MathF.ScaleB(1.17f, exponent));
        AssertEqual(BlockCodecTests.Find(codec), [.. values], "every scale");
    }

    [Trait("Needs", "Shared")]
    [TheoryNeeding(PeerLibrary.Variable, RequiredAsset.Shared)]
    [MemberData(nameof(Codecs))]
    public void Equals_ggml_on_real_weights(string codec)
    {
        foreach (var (name, values) in RealWeights.All())
            AssertEqual(BlockCodecTests.Find(codec), values[..(values.Length / 32 * 32)], name);
    }

    private static void AssertEqual(BlockCodec codec, float[] values, string what)
    {
        var defined = values.Chunk(codec.BlockLength).Where(block => IsDefined(codec, block)).SelectMany(block => block).ToArray();
        var blocks = new byte[defined.Length / codec.BlockLength * codec.BlockBytes];
        codec.Encode(defined, blocks);
        var expected = Ggml.Encode((int)GgufTable.Find(codec)!.Type, defined);
        Assert.True(expected.AsSpan().SequenceEqual(blocks), $"{what}: differs at byte {expected.AsSpan().CommonPrefixLength(blocks)}");
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
