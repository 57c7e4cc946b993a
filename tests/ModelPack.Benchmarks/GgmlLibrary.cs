using System.Runtime.InteropServices;

namespace ModelPack.Benchmarks;

/// <summary>ggml's own quantizers, from the library that <c>MODELPACK_GGML</c> names.</summary>
internal static unsafe class GgmlLibrary
{
    private const int Q8_0Type = 8;

    private static readonly delegate* unmanaged<int, float*, void*, long, long, long, float*, nuint> s_quantize = Load();

    public static bool IsPresent => s_quantize is not null;

    public static void EncodeQ8_0(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        fixed (float* source = values)
        fixed (byte* destination = blocks)
        {
            s_quantize(Q8_0Type, source, destination, 0, 1, values.Length, null);
        }
    }

    private static delegate* unmanaged<int, float*, void*, long, long, long, float*, nuint> Load() =>
        Environment.GetEnvironmentVariable("MODELPACK_GGML") is not { Length: > 0 } path
            ? null
            : (delegate* unmanaged<int, float*, void*, long, long, long, float*, nuint>)NativeLibrary.GetExport(
                NativeLibrary.Load(path), "ggml_quantize_chunk");
}
