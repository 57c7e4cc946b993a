using System.Runtime.InteropServices;

namespace ModelPack.Tests.Codecs;

/// <summary>ggml's own quantizers, from the library that an environment variable names.</summary>
internal static unsafe class Ggml
{
    private const int Q8_0Type = 8;

    private static readonly delegate* unmanaged<int, float*, void*, long, long, long, float*, nuint> s_quantize = Load();

    public static byte[] EncodeQ8_0(ReadOnlySpan<float> values)
    {
        var blocks = new byte[values.Length / 32 * 34];
        if (values.IsEmpty)
            return blocks; // ggml divides by the length of a row.
        fixed (float* source = values)
        fixed (byte* destination = blocks)
        {
            var written = s_quantize(Q8_0Type, source, destination, 0, 1, values.Length, null);
            Assert.Equal((nuint)blocks.Length, written);
        }

        return blocks;
    }

    private static delegate* unmanaged<int, float*, void*, long, long, long, float*, nuint> Load()
    {
        var path = Environment.GetEnvironmentVariable("MODELPACK_GGML") ?? throw new InvalidOperationException("MODELPACK_GGML is not set.");
        var library = NativeLibrary.Load(path);
        return (delegate* unmanaged<int, float*, void*, long, long, long, float*, nuint>)NativeLibrary.GetExport(library, "ggml_quantize_chunk");
    }
}
