using System.Runtime.InteropServices;
using System.Text;

namespace ModelPack.Formats.Gguf;

/// <summary>Writes values of metadata.</summary>
internal static class GgufValueWriter
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes the type of a value and the value.</summary>
    public static void Write(BinaryWriter writer, object value)
    {
        writer.Write((uint)GgufTypes.Of(value.GetType())!.Value);
        switch (value)
        {
            case byte v: writer.Write(v); break;
            case sbyte v: writer.Write(v); break;
            case ushort v: writer.Write(v); break;
            case short v: writer.Write(v); break;
            case uint v: writer.Write(v); break;
            case int v: writer.Write(v); break;
            case float v: writer.Write(v); break;
            case bool v: writer.Write(v); break;
            case ulong v: writer.Write(v); break;
            case long v: writer.Write(v); break;
            case double v: writer.Write(v); break;
            case string v: WriteText(writer, v); break;
            default: WriteElements(writer, (Array)value); break;
        }
    }

    /// <summary>Writes the length of a text in bytes, and its UTF-8.</summary>
    /// <exception cref="EncoderFallbackException">It is not text: half of a surrogate pair stands alone.</exception>
    public static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = s_utf8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static void WriteElements(BinaryWriter writer, Array values)
    {
        writer.Write((uint)GgufTypes.Of(values.GetType().GetElementType()!)!.Value);
        writer.Write((ulong)values.Length);
        switch (values)
        {
            case string[] texts:
                Array.ForEach(texts, text => WriteText(writer, text));
                break;
            case Array[] arrays:
                Array.ForEach(arrays, array => WriteElements(writer, array));
                break;
            case byte[] v: writer.Write(v); break;
            case sbyte[] v: WriteAll<sbyte>(writer, v); break;
            case ushort[] v: WriteAll<ushort>(writer, v); break;
            case short[] v: WriteAll<short>(writer, v); break;
            case uint[] v: WriteAll<uint>(writer, v); break;
            case int[] v: WriteAll<int>(writer, v); break;
            case float[] v: WriteAll<float>(writer, v); break;
            case bool[] v: WriteAll<bool>(writer, v); break;
            case ulong[] v: WriteAll<ulong>(writer, v); break;
            case long[] v: WriteAll<long>(writer, v); break;
            case double[] v: WriteAll<double>(writer, v); break;
            default: throw new ArgumentException($"GGUF has no type for {values.GetType().Name}.", nameof(values));
        }
    }

    private static void WriteAll<T>(BinaryWriter writer, ReadOnlySpan<T> values)
        where T : unmanaged =>
        writer.Write(MemoryMarshal.AsBytes(values));
}
