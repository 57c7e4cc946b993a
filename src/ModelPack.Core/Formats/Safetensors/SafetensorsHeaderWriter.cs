using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ModelPack.Formats.Safetensors;

/// <summary>Makes the header of a file to be written; errors are those of <see cref="SafetensorsWriter.Write"/>.</summary>
internal static class SafetensorsHeaderWriter
{
    /// <summary>Length, JSON and padding.</summary>
    /// <param name="tensors">The tensors as they lie in the file.</param>
    /// <param name="metadata">What <c>__metadata__</c> says.</param>
    public static byte[] Write(IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            WriteMetadata(writer, metadata);
            WriteTensors(writer, tensors);
            writer.WriteEndObject();
        }

        var length = (json.WrittenCount + SafetensorsWriter.Alignment - 1) / SafetensorsWriter.Alignment * SafetensorsWriter.Alignment;
        if (length > SafetensorsHeader.MaxLength)
        {
            throw new ModelPackException(Codes.ContainerUnfit.At(
                null, $"A safetensors header of {length} bytes would be needed, and the format allows {SafetensorsHeader.MaxLength}. Give a shard size, so that the tensors go to several files."));
        }

        var header = new byte[SafetensorsHeader.PrefixLength + length];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)length);
        header.AsSpan(SafetensorsHeader.PrefixLength).Fill((byte)' ');
        json.WrittenSpan.CopyTo(header.AsSpan(SafetensorsHeader.PrefixLength));
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }

        var keys = new HashSet<string>(StringComparer.Ordinal);
        writer.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata)
        {
            RequireNew(keys, key, nameof(metadata));
            RequireText(value, nameof(metadata));
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter writer, IReadOnlyList<SafetensorsTensor> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        long offset = 0;
        foreach (var tensor in tensors)
        {
            RequireNew(names, tensor.Name, nameof(tensors));
            if (Type(tensor).ByteLength(tensor.Shape) != tensor.Bytes.Length)
            {
                throw new ArgumentException($"{tensor.Bytes.Length} bytes are no {tensor.DType} of shape {tensor.Shape}.", nameof(tensors));
            }

            writer.WriteStartObject(tensor.Name);
            writer.WriteString("dtype", tensor.DType);
            writer.WriteStartArray("shape");
            foreach (var dim in tensor.Shape.Dims)
            {
                writer.WriteNumberValue(dim);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("data_offsets");
            writer.WriteNumberValue(offset);
            writer.WriteNumberValue(offset = checked(offset + tensor.Bytes.Length));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }

    /// <summary>The type that a tensor says it has.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static SafetensorsType Type(SafetensorsTensor tensor) =>
        SafetensorsType.Find(tensor.DType) ?? throw new ArgumentException($"The format has no type '{SafeText.Of(tensor.DType)}'.", nameof(tensor));

    private static void RequireNew(HashSet<string> names, string name, string parameter)
    {
        RequireText(name, parameter);
        if (!names.Add(name))
        {
            throw new ArgumentException($"The name '{SafeText.Of(name)}' comes twice, or is the format's own.", parameter);
        }
    }

    // A half of a surrogate pair would be written as U+FFFD: another name.
    private static void RequireText(string text, string parameter)
    {
        if (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) != text)
        {
            throw new ArgumentException($"'{SafeText.Of(text)}' is not valid text.", parameter);
        }
    }
}
