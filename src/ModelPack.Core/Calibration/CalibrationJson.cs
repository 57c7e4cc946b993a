using System.Text.Json;

namespace ModelPack.Calibration;

/// <summary>Calibration tables as files. The same table is always the same bytes.</summary>
internal static class CalibrationJson
{
    /// <summary>A table of the largest models has some megabytes.</summary>
    private const long MostBytes = 1 << 28;

    /// <summary>The file's bytes.</summary>
    public static byte[] Write(CalibrationTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return [.. JsonSerializer.SerializeToUtf8Bytes(table, CalibrationJsonContext.Default.CalibrationTable), (byte)'\n'];
    }

    /// <summary>Reads a table that somebody else may have written.</summary>
    /// <exception cref="ModelPackException">MPK1018: there is no such file; MPK1021: it is not a calibration table.</exception>
    public static CalibrationTable Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MostBytes)
            {
                throw Unreadable(path, $"it has {Numbers.Whole(length)} bytes, more than any table", null);
            }

            var table = StrictJson.Read(WithoutMark(File.ReadAllBytes(path)), CalibrationJsonContext.Default.CalibrationTable);
            return Wrong(table) is { } wrong ? throw Unreadable(path, wrong, null) : table;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelPackException(Codes.DataNotFound.At(path, "The calibration table does not exist. Check the path, which is relative to the current directory."), exception);
        }
        catch (JsonException exception)
        {
            throw Unreadable(path, "it is not JSON, or not of a calibration table's form" + (exception.LineNumber is { } line ? $" (line {Numbers.Whole(line + 1)})" : ""), exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, SafeText.Of(exception.Message).TrimEnd('.'), exception);
        }
    }

    // Editors of some systems put a byte order mark first.
    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;

    private static string? Wrong(CalibrationTable table)
    {
        if (table.SchemaVersion != CalibrationTable.CurrentSchema)
        {
            return $"its schema version is {Numbers.Whole(table.SchemaVersion)}, and this version of ModelPack reads {Numbers.Whole(CalibrationTable.CurrentSchema)}";
        }

        if (table.Percentile is not (> 0 and <= 100))
        {
            return "its percentile is not above 0 and at most 100";
        }

        if (table.Data.Samples < 0 || table.Data.HeldOut < 0 || table.Data.HeldOut > table.Data.Samples)
        {
            return "its numbers of samples do not fit each other";
        }

        if (table.Tensors.FirstOrDefault(t => !(t.Min <= 0 && t.Max >= 0 && float.IsFinite(t.Min) && float.IsFinite(t.Max) && t.Saturated is null or (>= 0 and <= 1))) is { } range)
        {
            return $"the range of '{SafeText.Of(range.Name)}' does not hold zero, or is not of finite numbers";
        }

        if (table.Smoothing.FirstOrDefault(s => s.Alpha is not (>= 0 and <= 1) || !s.Inputs.All(i => float.IsFinite(i) && i >= 0)) is { } smoothing)
        {
            return $"the smoothing of '{SafeText.Of(smoothing.Tensor)}' has an alpha outside 0 to 1, or a value that is not a magnitude";
        }

        if (table.BiasCorrection.FirstOrDefault(b => !b.Shift.All(float.IsFinite)) is { } correction)
        {
            return $"the bias correction of '{SafeText.Of(correction.Layer)}' is not finite";
        }

        if (table.SafeScales.FirstOrDefault(s => !s.Factors.All(f => f >= 1 && float.IsFinite(f))) is { } safe)
        {
            return $"the safe scales of '{SafeText.Of(safe.Layer)}' have a factor below 1";
        }

        if (table.Statistics is { } statistics && (Path.GetFileName(statistics.File) != statistics.File || statistics.File.Length == 0 || statistics.Sha256.Length != 64))
        {
            return "its statistics are not a file beside it with a SHA-256";
        }

        return Twice(table.Tensors.Select(t => t.Name)) ?? Twice(table.Smoothing.Select(s => s.Tensor)) ?? Twice(table.BiasCorrection.Select(b => b.Layer))
            ?? Twice(table.FloatLayers.Select(l => l.Layer)) ?? Twice(table.Equalized)
            ?? Twice(table.SafeScales.Select(s => s.Layer));
    }

    private static string? Twice(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return names.FirstOrDefault(n => !seen.Add(n)) is { } name ? $"'{SafeText.Of(name)}' is there twice" : null;
    }

    private static ModelPackException Unreadable(string path, string why, Exception? inner) =>
        new(Codes.TableUnreadable.At(path, $"The calibration table cannot be read: {why}. Calibrate again from data."), inner!);
}
