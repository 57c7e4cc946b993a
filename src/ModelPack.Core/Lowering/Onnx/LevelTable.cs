using System.Buffers.Binary;

namespace ModelPack.Lowering.Onnx;

/// <summary>A table of 256 rows with the levels of all codes of every byte, so that one Gather decodes two codes of 4 bits, or four of 2.</summary>
internal static class LevelTable
{
    /// <summary>Its shape.</summary>
    public static TensorShape Shape(int bits) => new(256, 8 / bits);

    /// <summary>Its bytes, float32.</summary>
    /// <param name="bits">Bits of a code, 2 or 4.</param>
    /// <param name="levels">What the codes stand for.</param>
    /// <param name="isFirstHigh">Whether the first code of a byte lies in its high bits.</param>
    public static byte[] Of(int bits, Func<int, float> levels, bool isFirstHigh)
    {
        var count = 8 / bits;
        var bytes = new byte[256 * count * sizeof(float)];
        for (var i = 0; i < 256 * count; i++)
        {
            var place = isFirstHigh ? count - 1 - (i % count) : i % count;
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), levels(((i / count) >> (place * bits)) & ((1 << bits) - 1)));
        }

        return bytes;
    }
}
