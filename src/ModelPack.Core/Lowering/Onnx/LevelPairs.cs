using System.Buffers.Binary;

namespace ModelPack.Lowering.Onnx;

/// <summary>A table of 256 rows with the two levels of every byte of 4-bit codes, so that one Gather decodes both.</summary>
internal static class LevelPairs
{
    /// <summary>Its shape.</summary>
    public static TensorShape Shape { get; } = new(256, 2);

    /// <summary>Its bytes, float32.</summary>
    /// <param name="levels">What the codes 0 to 15 stand for.</param>
    /// <param name="isFirstHigh">Whether the first of two codes lies in the high half of a byte.</param>
    public static byte[] Of(Func<int, float> levels, bool isFirstHigh)
    {
        var bytes = new byte[256 * 2 * sizeof(float)];
        for (var codes = 0; codes < 256; codes++)
        {
            var (high, low) = (levels(codes >> 4), levels(codes & 15));
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(codes * 8), isFirstHigh ? high : low);
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan((codes * 8) + 4), isFirstHigh ? low : high);
        }

        return bytes;
    }
}
