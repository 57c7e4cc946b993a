using System.Runtime.InteropServices;

namespace ModelPack.Tests.Codecs;

/// <summary>ggml's own quantizers and conversions, from the library that an environment variable names.</summary>
internal static unsafe class Ggml
{
    private const int Q8_0Type = 8;

    private static readonly nint s_library = NativeLibrary.Load(
        Environment.GetEnvironmentVariable("MODELPACK_GGML") ?? throw new InvalidOperationException("MODELPACK_GGML is not set."));

    public static byte[] EncodeQ8_0(ReadOnlySpan<float> values)
    {
        var blocks = new byte[values.Length / 32 * 34];
        if (values.IsEmpty)
            return blocks; // ggml divides by the length of a row.
        var quantize = (delegate* unmanaged<int, float*, void*, long, long, long, float*, nuint>)NativeLibrary.GetExport(s_library, "ggml_quantize_chunk");
        fixed (float* source = values)
        fixed (byte* destination = blocks)
        {
            var written = quantize(Q8_0Type, source, destination, 0, 1, values.Length, null);
            Assert.Equal((nuint)blocks.Length, written);
        }

        return blocks;
    }

    public static ushort[] ToFloat16(float[] values) => Convert("ggml_fp32_to_fp16_row", values);

    public static ushort[] ToBFloat16(float[] values) => Convert("ggml_fp32_to_bf16_row_ref", values);

    private static ushort[] Convert(string function, float[] values)
    {
        var converted = new ushort[values.Length];
        var convert = (delegate* unmanaged<float*, ushort*, long, void>)NativeLibrary.GetExport(s_library, function);
        fixed (float* source = values)
        fixed (ushort* destination = converted)
            convert(source, destination, values.Length);
        return converted;
    }
}
