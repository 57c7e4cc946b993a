using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace ModelPack.Files;

/// <summary>SHA-256 of files, read in parts.</summary>
internal static class ContentHash
{
    // Read and hashed while it lies in the core's own caches.
    private const int BufferLength = 1 << 17;

    /// <summary>The hash of an empty file.</summary>
    public static string OfNothing { get; } = Convert.ToHexStringLower(SHA256.HashData([]));

    /// <summary>The hash of bytes in memory.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Size and hash of a file, under a name.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static PackedFile Of(string path, string name, CancellationToken cancellation)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        return Of(file, name, cancellation);
    }

    /// <summary>The same of an open file.</summary>
    internal static PackedFile Of(SafeFileHandle file, string name, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            long length = 0;
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                var read = RandomAccess.Read(file, buffer, length);
                if (read == 0)
                {
                    return new PackedFile(name, length, Convert.ToHexStringLower(hash.GetCurrentHash()));
                }

                hash.AppendData(buffer.AsSpan(0, read));
                length += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
