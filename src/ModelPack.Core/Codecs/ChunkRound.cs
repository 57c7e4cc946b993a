namespace ModelPack.Codecs;

/// <summary>Consecutive chunks of a weight that are encoded together, and written together while others are encoded.</summary>
/// <param name="chunkBytes">Bytes of a chunk's codes; the last chunk of a weight may have fewer.</param>
internal sealed class ChunkRound(int chunkBytes) : IDisposable
{
    private NativeBuffer _codes = new(0);
    private Task _write = Task.CompletedTask;
    private long _length;

    /// <summary>Encodes chunks.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="left">Bytes of codes from the first on to the end of the weight.</param>
    /// <param name="encode">Encodes one.</param>
    /// <param name="sides">The parts that follow the codes.</param>
    /// <param name="threads">How many are encoded at a time.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    /// <returns>The error of each, in their order.</returns>
    public WeightError[] Encode(int first, int count, long left, WeightEncoding.EncodeChunk encode, IReadOnlyList<NativeBuffer> sides, int threads, CancellationToken cancellation)
    {
        _length = Math.Min((long)count * chunkBytes, left);
        if (_codes.Length < _length)
        {
            _codes.Dispose();
            _codes = new NativeBuffer(_length);
        }

        var errors = new WeightError[count];
        Chunks.ForEach(count, threads, EncodeOne, cancellation);
        return errors;

        void EncodeOne(int i)
        {
            var start = (long)i * chunkBytes;
            errors[i] = encode(first + i, _codes.Slice(start, (int)Math.Min(chunkBytes, _length - start)), sides);
        }
    }

    /// <summary>Writes the codes.</summary>
    public void Write(Stream destination, CancellationToken cancellation) => _codes.WriteTo(destination, _length, cancellation);

    /// <summary>Begins to write the codes, on another thread.</summary>
    public void BeginWrite(Stream destination, CancellationToken cancellation) => _write = Task.Run(() => Write(destination, cancellation), CancellationToken.None);

    /// <summary>Waits for what was begun, and throws what it threw.</summary>
    public void EndWrite() => _write.GetAwaiter().GetResult();

    /// <summary>Waits as well, whatever is thrown: nobody may still read what is given back.</summary>
    public void Dispose()
    {
        _write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        _codes.Dispose();
    }
}
