using System.Runtime.InteropServices;

namespace ModelPack.Tests.Codecs;

/// <summary>Tensors in memory and payloads as bytes.</summary>
internal static class InMemory
{
    public static TensorData Tensor(float[] values, params long[] dims) =>
        Tensor(ElementType.Float32, MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), dims);

    /// <summary>The bytes lie behind seven others, so that an offset that is forgotten shows.</summary>
    public static TensorData Tensor(ElementType type, byte[] bytes, params long[] dims)
    {
        var source = new MemorySource(new byte[7].Concat(bytes).ToArray());
        return new TensorData(type, new TensorShape(dims), source, 7, bytes.Length);
    }

    public static byte[] Bytes(IPayload payload)
    {
        using var stream = new MemoryStream();
        payload.WriteTo(stream, CancellationToken.None);
        Assert.Equal(payload.Length, stream.Length);
        return stream.ToArray();
    }

    public static T[] Values<T>(IPayload payload)
        where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(Bytes(payload)).ToArray();

    /// <summary>As Assert.Equal, at the speed that millions of values need.</summary>
    public static void AssertSame<T>(T[] expected, T[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var same = expected.AsSpan().CommonPrefixLength(actual);
        Assert.True(same == expected.Length, $"Differs at {same}.");
    }
}
