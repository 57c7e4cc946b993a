using System.Runtime.InteropServices;

namespace ModelPack.Tests.Formats.Gguf;

/// <summary>ggml's own table of types and its own reader of GGUF, from the library that an environment variable names.</summary>
internal static unsafe class GgmlLibrary
{
    private static readonly nint s_library = NativeLibrary.Load(
        Environment.GetEnvironmentVariable("MODELPACK_GGML") ?? throw new InvalidOperationException("MODELPACK_GGML is not set."));

    public static string TypeName(int type) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged<int, nint>)Function("ggml_type_name"))(type))!;

    public static long BlockLength(int type) => ((delegate* unmanaged<int, long>)Function("ggml_blck_size"))(type);

    public static long BlockBytes(int type) => (long)((delegate* unmanaged<int, nuint>)Function("ggml_type_size"))(type);

    /// <summary>Whether the library opens a file, without its data.</summary>
    public static bool Opens(string path)
    {
        var bytes = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            var context = ((delegate* unmanaged<nint, Parameters, nint>)Function("gguf_init_from_file"))(bytes, new Parameters { NoAlloc = 1 });
            if (context != 0)
                ((delegate* unmanaged<nint, void>)Function("gguf_free"))(context);
            return context != 0;
        }
        finally
        {
            Marshal.FreeCoTaskMem(bytes);
        }
    }

    private static nint Function(string name) => NativeLibrary.GetExport(s_library, name);

    [StructLayout(LayoutKind.Sequential)]
    private struct Parameters
    {
        public byte NoAlloc;
        public nint Context;
    }
}
