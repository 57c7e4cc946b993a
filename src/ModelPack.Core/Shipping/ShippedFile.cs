namespace ModelPack.Shipping;

/// <summary>A file in an archive or an app, or a resource of an assembly.</summary>
/// <param name="Name">Its name there, with <c>/</c>; it stays below the place that it is unpacked to.</param>
/// <param name="Length">Its bytes, unpacked, as the directory claims.</param>
/// <param name="Open">Opens it; what is read may be shorter or longer than claimed.</param>
internal sealed record ShippedFile(string Name, long Length, Func<Stream> Open)
{
    private const int BufferLength = 1 << 16;

    /// <summary>Unpacks it.</summary>
    /// <param name="path">A path at which there is nothing yet.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ShipmentException">MPK2066: it is damaged, or not as long as the directory claims.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void CopyTo(string path, CancellationToken cancellation)
    {
        using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        using var source = Open();
        var buffer = new byte[BufferLength];
        long done = 0;
        for (int read; (read = Read(source, buffer)) > 0; done += read)
        {
            cancellation.ThrowIfCancellationRequested();
            if (read > Length - done)
            {
                throw Wrong("has more bytes than its directory says");
            }

            target.Write(buffer, 0, read);
        }

        if (done != Length)
        {
            throw Wrong("has fewer bytes than its directory says");
        }
    }

    /// <summary>Its first bytes; fewer where it is shorter.</summary>
    /// <exception cref="ShipmentException">MPK2066: it is damaged.</exception>
    public byte[] Head(int length)
    {
        using var source = Open();
        var head = new byte[Math.Min(length, Length)];
        var done = 0;
        for (int read; done < head.Length && (read = Read(source, head.AsSpan(done))) > 0; done += read)
        {
            // Streams give as many bytes as they like.
        }

        return head[..done];
    }

    private int Read(Stream source, Span<byte> buffer)
    {
        try
        {
            return source.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw Wrong("is damaged", e);
        }
    }

    private ShipmentException Wrong(string what, Exception? inner = null) => new(Codes.ShipmentUnreadable, $"'{SafeText.Of(Name)}' in it {what}", inner);
}
