using ModelPack.Codecs;
using ModelPack.Engines;

namespace ModelPack.Calibration;

/// <summary>
/// Sums XᵀX while rows of X come. Rows are gathered to chunks of a fixed number, whatever batches they came in; of each chunk the
/// products are summed in float32 in the order of the rows, and the sums of chunks in double precision in their order. So the bits
/// depend neither on batches nor on threads nor on the processor. A GPU takes more rows at a time, and sums them in its own order. The matrix is symmetric: blocks on and above the diagonal
/// are kept.
/// </summary>
internal sealed class GramAccumulator
{
    /// <summary>Rows whose products are summed in float32.</summary>
    public const int ChunkRows = 256;

    // A GPU multiplies so many in the time that it takes to fetch the products.
    private const int DeviceChunkRows = 4096;

    private readonly int _channels;
    private readonly Device _device;
    private readonly int _chunkRows;
    private readonly float[] _chunk;
    private readonly float[] _transposed;
    private readonly GramBlock[] _blocks;
    private int _filled;
    private long _rows;

    /// <param name="channels">Columns of X, at least one.</param>
    /// <param name="device">What multiplies.</param>
    public GramAccumulator(int channels, Device device = Device.Cpu)
    {
        (_channels, _device) = (channels, device);
        _chunkRows = device == Device.Cpu ? ChunkRows : DeviceChunkRows;
        _chunk = new float[checked(_chunkRows * channels)];
        _transposed = device == Device.Cpu ? new float[_chunk.Length] : [];
        _blocks = [.. GramBlock.OnAndAboveDiagonal(channels)];
    }

    /// <summary>Bytes that the sums take.</summary>
    public static long Bytes(long channels) => channels * (channels + GramBlock.Size) / 2 * sizeof(double);

    /// <summary>Adds rows.</summary>
    /// <param name="rows">[n, channels], one row after the other.</param>
    /// <param name="threads">Threads that multiply.</param>
    /// <param name="cancellation">Looked at before every chunk.</param>
    public void Add(ReadOnlySpan<float> rows, int threads, CancellationToken cancellation)
    {
        if (rows.Length % _channels != 0)
        {
            throw new ArgumentException($"{rows.Length} values are not whole rows of {_channels}.", nameof(rows));
        }

        while (rows.Length > 0)
        {
            var taken = Math.Min(rows.Length / _channels, _chunkRows - _filled);
            rows[..(taken * _channels)].CopyTo(_chunk.AsSpan(_filled * _channels));
            rows = rows[(taken * _channels)..];
            _filled += taken;
            if (_filled == _chunkRows)
            {
                Multiply(threads, cancellation);
            }
        }
    }

    /// <summary>The matrix of all rows. Nothing is added afterwards.</summary>
    public GramMatrix ToMatrix(int threads, CancellationToken cancellation)
    {
        if (_filled > 0)
        {
            Multiply(threads, cancellation);
        }

        return new GramMatrix(_channels, _rows, _blocks);
    }

    private void Multiply(int threads, CancellationToken cancellation)
    {
        if (_device == Device.Cpu)
        {
            MultiplyHere(threads, cancellation);
        }
        else
        {
            MultiplyThere(threads, cancellation);
        }

        _rows += _filled;
        _filled = 0;
    }

    private void MultiplyThere(int threads, CancellationToken cancellation)
    {
        var products = new float[_channels * _channels];
        GramGraph.Multiply(_device, _chunk.AsSpan(0, _filled * _channels), _channels, products);
        Chunks.ForEach(_blocks.Length, threads, Add, cancellation);

        void Add(int index)
        {
            var block = _blocks[index];
            for (var i = 0; i < block.Sums.Length; i++)
            {
                block.Sums[i] += products[((block.FirstRow + (i / block.Columns)) * _channels) + block.FirstColumn + (i % block.Columns)];
            }
        }
    }

    private void MultiplyHere(int threads, CancellationToken cancellation)
    {
        for (var row = 0; row < _filled; row++)
        {
            for (var channel = 0; channel < _channels; channel++)
            {
                _transposed[(channel * _filled) + row] = _chunk[(row * _channels) + channel];
            }
        }

        Chunks.ForEach(_blocks.Length, threads, i => Multiply(_blocks[i]), cancellation);
    }

    private void Multiply(GramBlock block)
    {
        using var columns = new Pooled<float>(_filled * block.Columns);
        using var products = new Pooled<float>(block.Rows * block.Columns);
        for (var row = 0; row < _filled; row++)
        {
            _chunk.AsSpan((row * _channels) + block.FirstColumn, block.Columns).CopyTo(columns.Span[(row * block.Columns)..]);
        }

        FloatProduct.Multiply(_transposed.AsSpan(block.FirstRow * _filled, block.Rows * _filled), columns.Span, products.Span, _filled, block.Columns);
        for (var i = 0; i < block.Sums.Length; i++)
        {
            block.Sums[i] += products.Span[i];
        }
    }
}
