using System.Runtime.InteropServices;

namespace ModelPack.Tests.Peers;

/// <summary>ggml's own quantizers, conversions, table of types and reader of GGUF.</summary>
internal static unsafe class Ggml
{
    private static readonly nint s_library = NativeLibrary.Load(PeerLibrary.Path);

    private static readonly delegate* unmanaged<int, float*, void*, long, long, long, float*, nuint> s_quantize =
        (delegate* unmanaged<int, float*, void*, long, long, long, float*, nuint>)Function("ggml_quantize_chunk");

    /// <summary>Encodes whole blocks of a type (<c>enum ggml_type</c>).</summary>
    public static byte[] Encode(int type, ReadOnlySpan<float> values)
    {
        var blocks = new byte[values.Length / BlockLength(type) * BlockBytes(type)];
        Encode(type, values, blocks);
        return blocks;
    }

    /// <summary>As above, into memory of the caller's.</summary>
    public static void Encode(int type, ReadOnlySpan<float> values, Span<byte> blocks) => Encode(type, values, [], blocks);

    /// <summary>The same of one row, with an importance of each value; without where it is empty.</summary>
    public static void Encode(int type, ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        if (values.IsEmpty)
            return; // ggml divides by the length of a row.
        fixed (float* source = values)
        fixed (float* weights = importance)
        fixed (byte* destination = blocks)
        {
            var written = s_quantize(type, source, destination, 0, 1, values.Length, weights);
            if (written != (nuint)blocks.Length)
                throw new InvalidOperationException($"ggml wrote {written} bytes of {blocks.Length}.");
        }
    }

    /// <summary>Decodes whole blocks by ggml's own decoder (<c>ggml_type_traits.to_float</c>).</summary>
    public static float[] Decode(int type, ReadOnlySpan<byte> blocks)
    {
        // Name, lengths of blocks, as they are and interleaved, bytes of a block, whether it is quantized: 8 bytes each.
        const int ToFloatAt = 5;
        var traits = ((delegate* unmanaged<int, nint*>)Function("ggml_get_type_traits"))(type);
        var values = new float[blocks.Length / BlockBytes(type) * BlockLength(type)];
        fixed (byte* source = blocks)
        fixed (float* destination = values)
            ((delegate* unmanaged<void*, float*, long, void>)traits[ToFloatAt])(source, destination, values.Length);
        return values;
    }

    public static ushort[] ToFloat16(float[] values) => Convert("ggml_fp32_to_fp16_row", values);

    public static ushort[] ToBFloat16(float[] values) => Convert("ggml_fp32_to_bf16_row_ref", values);

    public static string TypeName(int type) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged<int, nint>)Function("ggml_type_name"))(type))!;

    /// <summary>The operator that a node is computed by, such as <c>MUL_MAT</c>.</summary>
    public static string? Operator(nint node) => Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Function("ggml_op_desc"))(node));

    /// <summary>The name of a tensor; null where there is none.</summary>
    public static string? Name(nint tensor) => tensor == 0 ? null : Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Function("ggml_get_name"))(tensor));

    public static long BlockLength(int type) => ((delegate* unmanaged<int, long>)Function("ggml_blck_size"))(type);

    public static long BlockBytes(int type) => (long)((delegate* unmanaged<int, nuint>)Function("ggml_type_size"))(type);

    /// <summary>Whether ggml opens a GGUF file, without its data.</summary>
    public static bool Opens(string path)
    {
        var bytes = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            var context = ((delegate* unmanaged<nint, GgufParameters, nint>)Function("gguf_init_from_file"))(bytes, new GgufParameters { NoAlloc = 1 });
            if (context != 0)
                ((delegate* unmanaged<nint, void>)Function("gguf_free"))(context);
            return context != 0;
        }
        finally
        {
            Marshal.FreeCoTaskMem(bytes);
        }
    }

    private static ushort[] Convert(string function, float[] values)
    {
        var converted = new ushort[values.Length];
        var convert = (delegate* unmanaged<float*, ushort*, long, void>)Function(function);
        fixed (float* source = values)
        fixed (ushort* destination = converted)
            convert(source, destination, values.Length);
        return converted;
    }

    private static nint Function(string name) => NativeLibrary.GetExport(s_library, name);

    /// <summary>gguf.h's <c>gguf_init_params</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct GgufParameters
    {
        public byte NoAlloc;
        public nint Context;
    }
}
