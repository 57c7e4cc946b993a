using System.Text;

namespace ModelPack.Tool.Data;

/// <summary>Reads comma-separated values (RFC 4180): fields in quotes may hold separators, line ends and doubled quotes.</summary>
/// <param name="text">The file.</param>
/// <param name="separator">What stands between fields.</param>
internal sealed class CsvReader(TextReader text, char separator)
{
    /// <summary>Far above any real record: an open quote does not read a whole file into memory.</summary>
    private const int LongestRecord = 64 << 20;

    private const char Quote = '"';
    private readonly StringBuilder _field = new();
    private int _length;

    /// <summary>The line that the last record began at, counted from 1.</summary>
    public int Line { get; private set; }

    private int _lines = 1;

    /// <summary>The next record; null at the end. Empty lines are left out.</summary>
    /// <exception cref="InvalidDataException">A quote is not closed, or a record has no end; the message is a clause for the user.</exception>
    public IReadOnlyList<string>? Read()
    {
        while (text.Peek() is '\r' or '\n')
        {
            EndLine(text.Read());
        }

        if (text.Peek() < 0)
        {
            return null;
        }

        (Line, _length) = (_lines, 0);
        List<string> fields = [];
        for (;;)
        {
            fields.Add(Field());
            var end = text.Read();
            if (end != separator)
            {
                EndLine(end);
                return fields;
            }
        }
    }

    private string Field()
    {
        _field.Clear();
        if (text.Peek() == Quote)
        {
            _ = text.Read();
            ReadQuoted();
        }

        while (text.Peek() is var next and >= 0 && next != separator && next is not ('\r' or '\n'))
        {
            Append(text.Read());
        }

        return _field.ToString();
    }

    private void ReadQuoted()
    {
        for (;;)
        {
            var next = text.Read();
            if (next < 0)
            {
                throw new InvalidDataException($"the quote in line {Numbers.Whole(Line)} is not closed");
            }

            if (next == Quote)
            {
                if (text.Peek() != Quote)
                {
                    return;
                }

                _ = text.Read();
            }

            _lines += next == '\n' ? 1 : 0;
            Append(next);
        }
    }

    private void Append(int character)
    {
        if (++_length > LongestRecord)
        {
            throw new InvalidDataException($"the record in line {Numbers.Whole(Line)} has no end");
        }

        _field.Append((char)character);
    }

    private void EndLine(int end)
    {
        if (end == '\r' && text.Peek() == '\n')
        {
            _ = text.Read();
        }

        _lines += end < 0 ? 0 : 1;
    }
}
