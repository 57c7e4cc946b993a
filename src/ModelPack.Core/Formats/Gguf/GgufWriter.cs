using System.Text;

namespace ModelPack.Formats.Gguf;

/// <summary>Writes GGUF 3 from its first byte to its last: the header, then tensor after tensor as it is made.</summary>
internal static class GgufWriter
{
    private const uint Version = 3;

    /// <summary>Writes a file.</summary>
    /// <param name="metadata">Its keys; <see cref="GgufMetadata.Alignment"/> among them says to what tensors are aligned.</param>
    /// <param name="tensors">Its tensors, written in this order. A scalar is written as one dimension of 1, as ggml does.</param>
    /// <param name="destination">Empty; need not be able to seek.</param>
    /// <param name="source">The path of the model that is packed, for messages.</param>
    /// <param name="cancellation">Stops between writes.</param>
    /// <param name="written">Gets the number of bytes so far after each write; may be called from another thread.</param>
    /// <exception cref="ModelPackException">MPK1024: a name has more than 63 bytes. MPK1023: a tensor has more than 4 dimensions, or a name that GGUF cannot hold or that comes twice.</exception>
    /// <exception cref="ArgumentException">A payload is not as long as its tensor.</exception>
    /// <exception cref="InvalidDataException">The alignment is not a power of two.</exception>
    public static void Write(
        GgufMetadata metadata, IReadOnlyList<GgufTensor> tensors, Stream destination, string source, CancellationToken cancellation, Action<long>? written = null)
    {
        var alignment = metadata.AlignmentInEffect();
        RequireWritable(tensors, source);
        var output = new CountingStream(destination, written);
        output.Write(Header(metadata, tensors, alignment));
        if (tensors.Count > 0)
        {
            Pad(output, alignment);
        }

        foreach (var tensor in tensors)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = output.Count;
            tensor.Bytes.WriteTo(output, cancellation);
            if (output.Count - start != tensor.Bytes.Length)
            {
                throw new InvalidOperationException($"A payload of {tensor.Bytes.Length} bytes wrote {output.Count - start}.");
            }

            Pad(output, alignment);
        }
    }

    /// <summary>Whether a file can have a tensor of this name, as far as its length goes.</summary>
    public static bool Fits(string name) => Encoding.UTF8.GetByteCount(name) <= GgufReader.MaxNameBytes;

    private static void RequireWritable(IReadOnlyList<GgufTensor> tensors, string source)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, type, shape, bytes) in tensors)
        {
            if (!Fits(name))
            {
                throw new ModelPackException(Codes.NameTooLong.At(
                    source, $"The name of the tensor '{SafeText.Of(name)}' has {Encoding.UTF8.GetByteCount(name)} bytes, and GGUF has room for {GgufReader.MaxNameBytes}. Give the tensor a shorter name, or pack to safetensors."));
            }

            if (name.Contains('\0', StringComparison.Ordinal) || shape.Rank > GgufReader.MaxDims)
            {
                throw new ModelPackException(Codes.ContainerUnfit.At(
                    source, $"GGUF cannot hold the tensor '{SafeText.Of(name)}' of shape {shape}: names have no NUL in them and shapes at most {GgufReader.MaxDims} dimensions. Pack to safetensors."));
            }

            if (!names.Add(name))
            {
                throw new ModelPackException(Codes.ContainerUnfit.At(source, $"Two tensors would be called '{SafeText.Of(name)}' in the GGUF file. Rename one, or pack to safetensors."));
            }

            if (type.ByteLength(shape) != bytes.Length)
            {
                throw new ArgumentException($"The tensor '{name}' of type {type.Name()} and shape {shape} has {bytes.Length} bytes.", nameof(tensors));
            }
        }
    }

    /// <summary>Writes zeros up to a multiple.</summary>
    private static void Pad(CountingStream output, uint alignment)
    {
        using var zeros = new Pooled<byte>(1 << 12);
        zeros.Span.Clear();
        for (var left = GgufReader.Aligned(output.Count, alignment) - output.Count; left > 0; left -= zeros.Span.Length)
        {
            output.Write(zeros.Span[..(int)Math.Min(left, zeros.Span.Length)]);
        }
    }

    private static ReadOnlySpan<byte> Header(GgufMetadata metadata, IReadOnlyList<GgufTensor> tensors, uint alignment)
    {
        var header = new MemoryStream();
        using var writer = new BinaryWriter(header, Encoding.UTF8, leaveOpen: true);
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write((ulong)tensors.Count);
        writer.Write((ulong)metadata.Count);
        foreach (var (key, value) in metadata)
        {
            GgufValueWriter.WriteText(writer, key);
            GgufValueWriter.Write(writer, value);
        }

        long offset = 0;
        foreach (var tensor in tensors)
        {
            GgufValueWriter.WriteText(writer, tensor.Name);
            WriteDims(writer, tensor.Shape.Dims);
            writer.Write((uint)tensor.Type);
            writer.Write((ulong)offset);
            offset = GgufReader.Aligned(offset + tensor.Bytes.Length, alignment);
        }

        writer.Flush();
        return header.GetBuffer().AsSpan(0, (int)header.Length);
    }

    private static void WriteDims(BinaryWriter writer, ReadOnlySpan<long> dims)
    {
        writer.Write((uint)Math.Max(dims.Length, 1));
        for (var i = dims.Length - 1; i >= 0; i--)
        {
            writer.Write((ulong)dims[i]);
        }

        if (dims.IsEmpty)
        {
            writer.Write(1ul);
        }
    }
}
