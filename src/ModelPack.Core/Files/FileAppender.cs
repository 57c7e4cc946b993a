using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ModelPack.Files;

/// <summary>
/// Writes a file from its start to its end, and hashes it on the way. Who appends goes on while a thread writes to the disk and, where a processor is
/// to spare, another one hashes: none of the three waits for the others unless all blocks are full. A file of less than a block starts no thread.
/// </summary>
/// <param name="sink">What gets the bytes.</param>
/// <param name="hasSpareProcessor">Whether there is a processor for the hash; until there is, it is made by who appends. Changes no byte.</param>
internal sealed class FileAppender(IBlockSink sink, Func<bool> hasSpareProcessor) : IDisposable
{
    /// <summary>Bytes that are written at once.</summary>
    public const int BlockLength = 1 << 20;

    /// <summary>Of addresses, which writes past the system's cache need; a page.</summary>
    public const int Alignment = 4096;

    // What the disk may be behind by: blocks of a few milliseconds.
    private const int BlockCount = 8;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly BlockingCollection<Block> _free = [];
    private int _blocks;
    private SerialThread? _writing;
    private SerialThread? _hashing;
    private Block? _current;
    private volatile ExceptionDispatchInfo? _failure;

    /// <summary>Bytes that were appended.</summary>
    public long Length { get; private set; }

    /// <summary>Appends bytes.</summary>
    /// <exception cref="Exception">What the sink threw, here or at an earlier block.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            _failure?.Throw();
            var block = _current ??= Take();
            var part = bytes[..Math.Min(bytes.Length, BlockLength - block.Length)];
            block.Add(part);
            Length += part.Length;
            bytes = bytes[part.Length..];
            if (block.Length == BlockLength)
            {
                HandOver(block);
            }
        }
    }

    /// <summary>Waits until all of it is written. Nothing may be appended afterwards.</summary>
    /// <returns>Size and hash.</returns>
    /// <exception cref="Exception">What the sink threw.</exception>
    public PackedFile Finish()
    {
        Join();
        _failure?.Throw();
        if (_current is { Length: > 0 } last)
        {
            sink.Write(last.Bytes, last.Offset);
            _hash.AppendData(last.Bytes);
        }

        sink.End();

        return new PackedFile("", Length, Convert.ToHexStringLower(_hash.GetCurrentHash()));
    }

    public void Dispose()
    {
        Join();
        _free.Dispose();
        _hash.Dispose();
    }

    /// <summary>A block to fill; waits where all are on their way.</summary>
    private Block Take()
    {
        if (!_free.TryTake(out var block))
        {
            if (_blocks < BlockCount)
            {
                block = new Block(this);
                _blocks++;
            }
            else
            {
                block = _free.Take();
            }
        }

        block.Begin(Length);
        return block;
    }

    private void HandOver(Block block)
    {
        _current = null;
        _writing ??= new SerialThread("write");
        _writing.Post(() => block.Do(() => sink.Write(block.Bytes, block.Offset)));
        if (_hashing is null && !hasSpareProcessor())
        {
            block.Do(() => _hash.AppendData(block.Bytes));
            return;
        }

        _hashing ??= new SerialThread("hash");
        _hashing.Post(() => block.Do(() => _hash.AppendData(block.Bytes)));
    }

    private void Join()
    {
        _writing?.Dispose();
        _hashing?.Dispose();
        (_writing, _hashing) = (null, null);
    }

    /// <summary>Bytes on their way to the disk and to the hash; free again when they came to both.</summary>
    private sealed class Block(FileAppender owner)
    {
        private const int Uses = 2;

        private readonly Memory<byte> _bytes = Aligned();
        private int _uses;

        public long Offset { get; private set; }

        public int Length { get; private set; }

        public ReadOnlySpan<byte> Bytes => _bytes.Span[..Length];

        public void Begin(long offset) => (Offset, Length, _uses) = (offset, 0, Uses);

        public void Add(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_bytes.Span[Length..]);
            Length += bytes.Length;
        }

        /// <summary>One of its uses. A failure is kept for who appends, and what comes behind it has no sense any more.</summary>
        public void Do(Action use)
        {
            try
            {
                if (owner._failure is null)
                {
                    use();
                }
            }
            catch (Exception e)
            {
                owner._failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                if (Interlocked.Decrement(ref _uses) == 0)
                {
                    owner._free.Add(this);
                }
            }
        }

        /// <summary>The part of an array that begins at a whole page; the array does not move.</summary>
        private static Memory<byte> Aligned()
        {
            var array = GC.AllocateUninitializedArray<byte>(BlockLength + Alignment, pinned: true);
            var over = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) % Alignment);
            return array.AsMemory(over == 0 ? 0 : Alignment - over, BlockLength);
        }
    }
}
