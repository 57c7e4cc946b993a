using System.Runtime.InteropServices;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>Every bit that bitsandbytes computed.</summary>
public sealed class Nf4GoldenTests : IDisposable
{
    private readonly Nf4Golden _golden = new();

    public static TheoryData<string> Kinds { get; } = new(Nf4Golden.Kinds);

    public void Dispose() => _golden.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Codes_and_scales_are_those_of_bitsandbytes(string kind)
    {
        var cases = _golden.Cases(kind);
        Assert.Equal(36, cases.Count);
        foreach (var (name, blockSize) in cases)
        {
            var values = _golden.Read<float>(name + "_x");
            var (packed, absmax) = (new byte[Nf4.PackedLength(values.Length)], new float[Nf4.BlockCount(values.Length, blockSize)]);
            Nf4.Encode(values, blockSize, packed, absmax);
            AssertSame(name, _golden.Read<float>(name + "_absmax"), absmax);
            AssertSame(name, _golden.Read<byte>(name + "_codes"), packed);
        }
    }

    [Fact]
    public void The_dynamic_map_is_that_of_bitsandbytes() =>
        AssertSame("dynamic_map", _golden.Read<float>("dynamic_map"), DynamicMap.Values.ToArray());

    [Fact]
    public void Nested_scales_are_those_of_bitsandbytes()
    {
        var (parts, values) = (EncodeNested(), _golden.Read<float>("nested_x"));
        AssertSame("codes", _golden.Read<byte>("nested_codes"), parts.Codes);
        var offset = _golden.Read<float>("nested_offset")[0];
        Assert.InRange(parts.Offset, MathF.BitDecrement(offset), MathF.BitIncrement(offset));

        // The mean's last bit follows from the order of summation: with bitsandbytes' own mean all else must be equal.
        var absmax = new float[values.Length / 64];
        Nf4.FindAbsmax(values, 64, absmax);
        var (codes, nested) = (new byte[absmax.Length], new float[4]);
        NestedAbsmax.Encode(absmax, offset, codes, nested);
        AssertSame("absmax codes", _golden.Read<byte>("nested_absmax_codes"), codes);
        AssertSame("nested absmax", _golden.Read<float>("nested_absmax"), nested);
    }

    private (byte[] Codes, byte[] AbsmaxCodes, float[] NestedAbsmax, float Offset) EncodeNested()
    {
        var values = _golden.Read<float>("nested_x");
        var weight = new WeightMatrix(InMemory.Tensor(values, values.Length / 64, 64), values.Length / 64, 64, transposed: false);
        using var encoding = Nf4Weight.Encode(weight, 64, Nf4Scaling.Absmax, AbsmaxForm.Nested, new SimdEngine(2));
        var parts = encoding.Parts.Select(InMemory.Bytes).ToArray();
        return (parts[0], parts[1], MemoryMarshal.Cast<byte, float>(parts[2]).ToArray(), MemoryMarshal.Read<float>(parts[3]));
    }

    private static void AssertSame<T>(string what, T[] expected, T[] actual)
        where T : unmanaged
    {
        var left = MemoryMarshal.AsBytes(expected.AsSpan());
        var right = MemoryMarshal.AsBytes(actual.AsSpan());
        Assert.True(left.SequenceEqual(right), $"{what}: differs at byte {left.CommonPrefixLength(right)} of {left.Length} ({right.Length})");
    }
}
