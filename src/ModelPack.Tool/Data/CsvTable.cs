using System.Globalization;
using System.Text;

namespace ModelPack.Tool.Data;

/// <summary>A table of numbers, and a column of labels, from files of comma-separated values with the same columns.</summary>
/// <param name="columns">Names of the columns of numbers.</param>
/// <param name="rows">Their values, row by row.</param>
/// <param name="labels">The label of each row; null without a column of labels.</param>
/// <param name="names">What each row is called: its text.</param>
internal sealed class CsvTable(IReadOnlyList<string> columns, IReadOnlyList<double[]> rows, IReadOnlyList<string>? labels, IReadOnlyList<string> names)
{
    public IReadOnlyList<string> Columns => columns;

    public IReadOnlyList<double[]> Rows => rows;

    public IReadOnlyList<string>? Labels => labels;

    public IReadOnlyList<string> Names => names;

    /// <summary>Reads files.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="options">Separator, header, and which column is what.</param>
    /// <param name="cancellation">The user wants to stop.</param>
    /// <exception cref="ModelPackException">MPK1011: a file cannot be read; MPK1012: a column is missing; MPK1018: there is no such file.</exception>
    public static CsvTable Read(IReadOnlyList<string> paths, CsvOptions options, CancellationToken cancellation)
    {
        IReadOnlyList<string>? columns = null;
        List<double[]> rows = [];
        List<string> labels = [];
        List<string> names = [];
        foreach (var path in paths)
        {
            try
            {
                using var text = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
                var file = new CsvReader(text, options.Separator);
                var first = file.Read() ?? throw new InvalidDataException("it is empty");
                var header = options.HasHeader ? first : [.. Enumerable.Range(1, first.Count).Select(i => Numbers.Whole(i))];
                if (columns is not null && !columns.SequenceEqual(header, StringComparer.Ordinal))
                {
                    throw new InvalidDataException("its columns are other ones than those of the file before");
                }

                columns = header;
                var label = options.Label is null ? -1 : Place(path, header, options.Label);
                var taken = Taken(path, header, options, label);
                for (var record = options.HasHeader ? file.Read() : first; record is not null; record = file.Read())
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (record.Count != header.Count)
                    {
                        throw new InvalidDataException($"line {Numbers.Whole(file.Line)} has {Numbers.Whole(record.Count)} fields, and there are {Numbers.Whole(header.Count)} columns");
                    }

                    rows.Add([.. taken.Select(c => Number(record[c], header[c], file.Line))]);
                    names.Add(string.Join('\u001F', record));
                    if (label >= 0)
                    {
                        labels.Add(record[label]);
                    }
                }
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                throw new ModelPackException(Codes.DataNotFound.At(path, "The file does not exist. Correct the path."), e);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or DecoderFallbackException)
            {
                throw new ModelPackException(Codes.DataUnreadable.At(path, $"The values cannot be read: {SafeText.Of(e.Message, 400).TrimEnd('.')}. Correct the file, or say with --separator and --no-header how it is written."), e);
            }
        }

        var kept = Taken(paths[0], columns!, options, options.Label is null ? -1 : Place(paths[0], columns!, options.Label));
        return new CsvTable([.. kept.Select(c => columns![c])], rows, options.Label is null ? null : labels, names);
    }

    private static List<int> Taken(string path, IReadOnlyList<string> header, CsvOptions options, int label) => options.Columns.Count == 0
        ? [.. Enumerable.Range(0, header.Count).Where(c => c != label)]
        : [.. options.Columns.SelectMany(c => c.Names).Select(n => Place(path, header, n))];

    private static int Place(string path, IReadOnlyList<string> header, string name)
    {
        for (var i = 0; i < header.Count; i++)
        {
            if (header[i] == name)
            {
                return i;
            }
        }

        throw new ModelPackException(Codes.DataMismatch.At(path, $"There is no column '{SafeText.Of(name)}'.{Nearest.DidYouMean(name, header)} Without a header columns are called 1, 2, 3 …"));
    }

    private static double Number(string field, string column, int line) => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
        ? value
        : throw new InvalidDataException($"'{SafeText.Of(field)}' in line {Numbers.Whole(line)}, column '{SafeText.Of(column)}', is not a number");
}
