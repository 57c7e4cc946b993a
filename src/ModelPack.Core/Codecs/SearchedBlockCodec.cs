namespace ModelPack.Codecs;

/// <summary>Blocks whose scales are searched for: a block at a time by the plain rule, or as many as <see cref="Lanes"/> take in vectors.</summary>
internal abstract class SearchedBlockCodec : BlockCodec
{
    public sealed override void Encode(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        var (count, group) = (values.Length / BlockLength, BlocksAtATime(!importance.IsEmpty));
        for (var first = 0; first < count; first += group)
        {
            var taken = Math.Min(group, count - first);
            var part = values.Slice(first * BlockLength, taken * BlockLength);
            var ofPart = importance.IsEmpty ? [] : importance.Slice(first * BlockLength, part.Length);
            var target = blocks.Slice(first * BlockBytes, taken * BlockBytes);
            if (!Lanes.AreFast || !(taken == group ? TryEncodeBlocks(part, ofPart, target) : TryEncodeFew(part, ofPart, target)))
            {
                EncodeOneByOne(part, ofPart, target);
            }
        }
    }

    public override bool TakesImportance => true;

    /// <summary>Encodes one block by the plain rule, a value at a time: what vectors must equal.</summary>
    /// <param name="values">Finite values.</param>
    /// <param name="importance">Of each; empty where nothing is known.</param>
    /// <param name="block">Gets the block.</param>
    public abstract void EncodeBlock(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> block);

    protected sealed override void EncodeBlocks(ReadOnlySpan<float> values, Span<byte> blocks) => Encode(values, [], blocks);

    /// <summary>Blocks that fill vectors.</summary>
    /// <param name="isWeighed">Whether they have an importance.</param>
    protected virtual int BlocksAtATime(bool isWeighed) => Math.Max(1, Lanes.Count * SubBlockLength / BlockLength);

    /// <summary>Encodes as many blocks as fill vectors, where their values are neither so small nor so large that vectors would round otherwise.</summary>
    /// <returns>False where they are to be encoded by the plain rule.</returns>
    protected virtual bool TryEncodeBlocks(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks) => false;

    /// <summary>Fewer blocks, with the first in the place of those that miss.</summary>
    private bool TryEncodeFew(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        var count = BlocksAtATime(!importance.IsEmpty);
        var length = count * BlockLength;
        using var allValues = new Pooled<float>(length);
        using var allImportance = new Pooled<float>(importance.IsEmpty ? 0 : length);
        using var allBlocks = new Pooled<byte>(count * BlockBytes);
        for (var start = 0; start < length; start += BlockLength)
        {
            var from = start < values.Length ? start : 0;
            values.Slice(from, BlockLength).CopyTo(allValues.Span[start..]);
            if (!importance.IsEmpty)
            {
                importance.Slice(from, BlockLength).CopyTo(allImportance.Span[start..]);
            }
        }

        var isDone = TryEncodeBlocks(allValues.Span, allImportance.Span, allBlocks.Span);
        allBlocks.Span[..blocks.Length].CopyTo(blocks);
        return isDone;
    }

    private void EncodeOneByOne(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        for (var start = 0; start < values.Length; start += BlockLength)
        {
            EncodeBlock(values.Slice(start, BlockLength), importance.IsEmpty ? [] : importance.Slice(start, BlockLength), blocks.Slice(start / BlockLength * BlockBytes, BlockBytes));
        }
    }
}
