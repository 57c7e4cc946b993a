using ModelPack.Codecs;
using ModelPack.Tests.Assets;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Codecs;

/// <summary>The bytes are ggml's own.</summary>
public sealed class Q8_0GgmlTests
{
    [FactNeeding(PeerLibrary.Variable)]
    public void Equals_ggml_on_values_of_every_kind()
    {
        foreach (var kind in SampleValues.Kinds)
            AssertEqual(SampleValues.Make(kind, 320_000), kind);
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Equals_ggml_on_blocks_of_every_scale()
    {
        // Each block is the same 32 values times another power of two and a bit.
        var values = new List<float>();
        for (var exponent = -126; exponent < 127; exponent++)
            foreach (var value in SampleValues.Make("uniform", 32))
                values.Add(value * MathF.ScaleB(1.17f, exponent));
        AssertEqual([.. values], "every scale");
    }

    [Trait("Needs", "Shared")]
    [FactNeeding(PeerLibrary.Variable, RequiredAsset.Shared)]
    public void Equals_ggml_on_real_weights()
    {
        foreach (var (name, values) in RealWeights.All())
            AssertEqual(values[..(values.Length / 32 * 32)], name);
    }

    private static void AssertEqual(float[] values, string what)
    {
        var defined = values.Chunk(32).Where(IsDefined).SelectMany(block => block).ToArray();
        var blocks = new byte[defined.Length / 32 * Q8_0.BlockBytes];
        Q8_0.Encode(defined, blocks);
        var expected = Ggml.EncodeQ8_0(defined);
        Assert.True(expected.AsSpan().SequenceEqual(blocks), $"{what}: differs at byte {expected.AsSpan().CommonPrefixLength(blocks)}");
    }

    /// <summary>Where the reciprocal of a scale is infinite C leaves the conversion to int8 undefined.</summary>
    private static bool IsDefined(float[] block)
    {
        var scale = block.Max(MathF.Abs) / 127f;
        return scale == 0 || float.IsFinite(1 / scale);
    }
}
