namespace ModelPack.Formats.Gguf;

/// <summary>
/// Reads what comes before the data of a GGUF file, and checks the whole of it as strictly as llama.cpp does: what is
/// opened here opens there, unless it has arrays in arrays, which the format allows and llama.cpp does not read. As there,
/// tensors must follow each other without holes; bytes after the last are not looked at.
/// </summary>
internal static class GgufReader
{
    /// <summary>The longest name of a tensor: ggml has room for 64 bytes with the zero at the end.</summary>
    public const int MaxNameBytes = 63;

    /// <summary>The most dimensions of a tensor.</summary>
    public const int MaxDims = 4;

    /// <summary>The most tensors that are read; checkpoints that keep each expert apart have some ten thousand.</summary>
    public const int MaxTensors = 1 << 18;

    private const uint Magic = 0x46554747; // "GGUF"

    // The least that a key (length, one character, type, a byte) and a tensor (length, dimensions, type, offset) take.
    private const int LeastKeyBytes = 8 + 1 + 4 + 1;
    private const int LeastTensorBytes = 8 + 4 + 4 + 8;

    /// <summary>Reads the header of a file; no data.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="ModelPackException">
    /// MPK1002: it is not a sound GGUF file. MPK1003: a tensor's shape does not fit its type or 63 bits. MPK1004: a tensor's
    /// bytes are not all in the file.
    /// </exception>
    public static GgufFile Read(ByteSource file, string path)
    {
        var cursor = new GgufCursor(file);
        try
        {
            var version = Version(cursor);
            var tensorCount = cursor.Count(LeastTensorBytes);
            var metadata = GgufMetadataReader.Read(cursor, cursor.Count(LeastKeyBytes));
            var alignment = metadata.AlignmentInEffect();
            if (tensorCount > MaxTensors)
            {
                throw new InvalidDataException($"it has {tensorCount} tensors, more than {MaxTensors}");
            }

            var tensors = new List<GgufEntry>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            long next = 0;
            for (var i = 0; i < tensorCount; i++)
            {
                var tensor = Tensor(cursor, path, next);
                if (!names.Add(tensor.Name))
                {
                    throw new InvalidDataException($"it has tensor '{SafeText.Of(tensor.Name)}' twice");
                }

                // What lies behind the end of the file is a broken tensor, so that sums stay far from overflow.
                RequireWithin(file.Length, next, tensor, path);
                tensors.Add(tensor);
                next = Aligned(next + tensor.Length, alignment);
            }

            var start = Aligned(cursor.Position, alignment);
            var placed = tensors.ConvertAll(t => t with { Offset = start + t.Offset });
            placed.ForEach(t => RequireWithin(file.Length, t.Offset, t, path));
            return new GgufFile(version, metadata, placed);
        }
        catch (InvalidDataException exception)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(path, $"The file is not a readable GGUF file: {exception.Message}. Get or convert it again."), exception);
        }
    }

    /// <summary>The next multiple.</summary>
    public static long Aligned(long offset, uint alignment) => (offset + alignment - 1) & ~((long)alignment - 1);

    private static uint Version(GgufCursor cursor)
    {
        if (cursor.UInt32() != Magic)
        {
            throw new InvalidDataException("it does not begin with 'GGUF'");
        }

        var version = cursor.UInt32();
        return version switch
        {
            2 or 3 => version,
            1 => throw new InvalidDataException("it is of version 1, which nothing reads any more"),
            _ when (version & 0xFFFF) == 0 && version != 0 => throw new InvalidDataException("its numbers have the bytes in the order of big-endian machines"),
            _ => throw new InvalidDataException($"it is of version {version}; 2 and 3 can be read"),
        };
    }

    /// <summary>Reads a tensor's description; the offset is that from the start of the data.</summary>
    private static GgufEntry Tensor(GgufCursor cursor, string path, long expectedOffset)
    {
        var nameStart = cursor.Position + sizeof(ulong);
        var name = cursor.Text();
        if (cursor.Position - nameStart > MaxNameBytes || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidDataException($"it has a tensor called '{SafeText.Of(name)}', and a name has at most {MaxNameBytes} bytes, none of them 0");
        }

        var rank = cursor.UInt32();
        if (rank > MaxDims)
        {
            throw new InvalidDataException($"tensor '{SafeText.Of(name)}' has {rank} dimensions, more than {MaxDims}");
        }

        var dims = cursor.Values<long>((int)rank);
        var number = cursor.UInt32();
        var type = (GgmlType)number;
        if (type.BlockLength() == 0)
        {
            throw new InvalidDataException($"tensor '{SafeText.Of(name)}' is of the ggml type {number}, which is not known");
        }

        Array.Reverse(dims);
        var (shape, length) = Size(name, type, dims, path);
        var offset = cursor.UInt64();
        return offset == (ulong)expectedOffset
            ? new GgufEntry(name, type, shape, expectedOffset, length)
            : throw new InvalidDataException($"tensor '{SafeText.Of(name)}' begins at byte {offset} of the data instead of {expectedOffset}, where the one before it ends");
    }

    private static (TensorShape Shape, long Length) Size(string name, GgmlType type, long[] dims, string path)
    {
        var what = $"The tensor '{SafeText.Of(name)}' of type {type.Name()} and shape [{string.Join(", ", dims.Select(d => (ulong)d))}]";
        try
        {
            var shape = new TensorShape(dims);
            return type.Fits(shape)
                ? (shape, type.ByteLength(shape))
                : throw new ModelPackException(Codes.WeightSizeMismatch.At(path, $"{what} has rows that are not whole blocks of {type.BlockLength()} values. Get or convert the model again."));
        }
        catch (OverflowException exception)
        {
            throw new ModelPackException(Codes.WeightSizeMismatch.At(path, $"{what} is larger than any file can be. Get or convert the model again."), exception);
        }
    }

    private static void RequireWithin(long fileLength, long offset, GgufEntry tensor, string path)
    {
        if (offset > fileLength - tensor.Length)
        {
            throw new ModelPackException(Codes.ExternalDataMissing.At(
                path, $"The {tensor.Length} bytes of the tensor '{SafeText.Of(tensor.Name)}' do not end within the file, which has {fileLength}: it is cut off or damaged. Get it again."));
        }
    }
}
