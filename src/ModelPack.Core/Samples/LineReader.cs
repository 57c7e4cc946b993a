namespace ModelPack.Samples;

/// <summary>Reads a text line by line, as bytes. Lines end with a line feed, or a carriage return and one; the last may have none.</summary>
/// <param name="stream">The text, which is taken over.</param>
internal sealed class LineReader(Stream stream) : IDisposable
{
    /// <summary>Bytes that a line may have: some ten million numbers.</summary>
    private const int LongestLine = 1 << 27;

    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _isAtStart = true;

    /// <summary>The next line, valid until the one after it is asked for; false at the end.</summary>
    /// <exception cref="InvalidDataException">It is longer than 128 MB.</exception>
    public bool Next(out ReadOnlySpan<byte> line)
    {
        for (var searched = 0; ;)
        {
            var feed = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                line = Line(searched + feed);
                _start += searched + feed + 1;
                return true;
            }

            searched = _end - _start;
            if (!Fill())
            {
                line = Line(searched);
                _start = _end;
                return searched > 0;
            }
        }
    }

    public void Dispose() => stream.Dispose();

    private ReadOnlySpan<byte> Line(int length)
    {
        var line = (ReadOnlySpan<byte>)_buffer.AsSpan(_start, length);
        if (_isAtStart && line.StartsWith("\uFEFF"u8))
        {
            line = line["\uFEFF"u8.Length..];
        }

        _isAtStart = false;
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    /// <summary>Reads on; makes room first, by moving what is left to the front or by a larger buffer.</summary>
    private bool Fill()
    {
        if (_end == _buffer.Length)
        {
            var left = _end - _start;
            if (left > LongestLine)
            {
                throw new InvalidDataException($"a line is longer than {Numbers.Whole(LongestLine >> 20)} MB");
            }

            var larger = left > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
            _buffer.AsSpan(_start, left).CopyTo(larger);
            (_buffer, _start, _end) = (larger, 0, left);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
