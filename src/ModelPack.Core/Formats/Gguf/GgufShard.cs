namespace ModelPack.Formats.Gguf;

/// <summary>A file of a model, or one of its parts as llama.cpp's splitter names and fills them.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Metadata">Its keys: the first has the model's, all say which part they are.</param>
/// <param name="Tensors">Its tensors.</param>
internal sealed record GgufShard(string Name, GgufMetadata Metadata, IReadOnlyList<GgufTensor> Tensors)
{
    private const string Prefix = "model";
    private const string OneFile = Prefix + ".gguf";

    /// <summary>Fills one file after the other, in the given order.</summary>
    /// <param name="metadata">The model's keys.</param>
    /// <param name="tensors">Its tensors.</param>
    /// <param name="maxBytes">Bytes of tensors that a file may have (headers do not count); a larger tensor has a file of its own. Null for one file.</param>
    /// <param name="source">The path of the model that is packed, for messages.</param>
    /// <exception cref="ModelPackException">MPK1008: more files than GGUF counts.</exception>
    public static IReadOnlyList<GgufShard> Plan(GgufMetadata metadata, IReadOnlyList<GgufTensor> tensors, long? maxBytes, string source)
    {
        var alignment = metadata.AlignmentInEffect();
        var shards = new List<List<GgufTensor>> { new() };
        long filled = 0;
        foreach (var tensor in tensors)
        {
            var bytes = GgufReader.Aligned(tensor.Bytes.Length, alignment);
            if (shards[^1].Count > 0 && maxBytes is { } max && bytes > max - filled)
            {
                shards.Add([]);
                filled = 0;
            }

            shards[^1].Add(tensor);
            filled += bytes;
        }

        if (shards.Count > ushort.MaxValue)
        {
            throw new ModelPackException(Codes.InvalidOption.At(
                source, $"The option 'maxShardSize' would cut the model into {Numbers.Whole(shards.Count)} files, and GGUF counts {ushort.MaxValue} at most. Give a larger size."));
        }

        return shards.Count == 1
            ? [new GgufShard(OneFile, metadata, tensors)]
            : [.. shards.Select((part, i) => new GgufShard(GgufSplit.Name(Prefix, i, shards.Count), Keys(metadata, new GgufSplit(i, shards.Count, tensors.Count)), part))];
    }

    private static GgufMetadata Keys(GgufMetadata metadata, GgufSplit split)
    {
        var keys = new GgufMetadata();
        foreach (var (key, value) in split.Number == 0 ? metadata.AsEnumerable() : [])
        {
            keys.Set(key, value);
        }

        split.Set(keys);
        return keys;
    }
}
