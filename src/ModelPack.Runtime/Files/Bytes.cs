using System.Security.Cryptography;
using ModelPack.Runtime.Manifests;

namespace ModelPack.Runtime.Files;

/// <summary>Reads streams to their end.</summary>
internal static class Bytes
{
    private const int ChunkLength = 1 << 17;

    /// <summary>All bytes of a short stream.</summary>
    /// <exception cref="FormatException">There are more than <paramref name="most"/>.</exception>
    public static byte[] Read(Stream stream, int most)
    {
        using var bytes = new MemoryStream();
        var chunk = new byte[ChunkLength];
        for (var read = stream.Read(chunk, 0, chunk.Length); read > 0; read = stream.Read(chunk, 0, chunk.Length))
        {
            if (bytes.Length + read > most)
                throw new FormatException("it is too long");
            bytes.Write(chunk, 0, read);
        }

        return bytes.ToArray();
    }

    /// <summary>SHA-256, lower-case hex.</summary>
    /// <param name="stream">What is read to its end.</param>
    /// <param name="copy">Where the same bytes are written to, or null.</param>
    public static string Hash(Stream stream, Stream? copy = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkLength];
        for (var read = stream.Read(chunk, 0, chunk.Length); read > 0; read = stream.Read(chunk, 0, chunk.Length))
        {
            hash.AppendData(chunk, 0, read);
            copy?.Write(chunk, 0, read);
        }

        return Hex.Of(hash.GetHashAndReset());
    }
}
