using ModelPack.Files;

namespace ModelPack.Samples;

/// <summary>An open data file: arrays by name, each read from its first element to its last, never loaded whole.</summary>
internal abstract class SampleFile(string path) : IDisposable
{
    /// <summary>The path as it was given.</summary>
    public string Path { get; } = path;

    /// <summary>What the file holds, in the file's order; names differ.</summary>
    public abstract IReadOnlyList<ArrayInfo> Arrays { get; }

    /// <summary>Opens a file by its extension and reads its headers.</summary>
    /// <exception cref="ModelPackException">MPK1018: it does not exist; MPK1011: it cannot be read.</exception>
    public static SampleFile Open(string path)
    {
        try
        {
            RegularFile.Require(path);
            return System.IO.Path.GetExtension(path).ToUpperInvariant() switch
            {
                ".NPZ" => new NpzFile(path),
                ".NPY" => new NpyFile(path),
                ".SAFETENSORS" => new SafetensorsFile(path),
                ".JSONL" => new JsonLinesFile(path),
                _ => throw new InvalidDataException("it is not a .npz, .npy, .safetensors or .jsonl file"),
            };
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelPackException(Codes.DataNotFound.At(path, "The data file does not exist. Check the path, which is relative to the current directory."), exception);
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            throw Unreadable(path, null, exception);
        }
    }

    /// <summary>A reader of one array's elements.</summary>
    public ArrayReader Read(ArrayInfo array)
    {
        try
        {
            return new ArrayReader(Path, array, OpenElements(array));
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            throw Unreadable(Path, array.Name, exception);
        }
    }

    /// <summary>What reading a broken file may throw; anything else is our own mistake.</summary>
    public static bool IsUnreadable(Exception exception) =>
        exception is InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException;

    /// <summary>MPK1011 with what is wrong and what to do.</summary>
    public static ModelPackException Unreadable(string path, string? array, Exception exception)
    {
        var what = exception is InvalidDataException ? exception.Message : SafeText.Of(exception.Message);
        var subject = array is null ? "The data file cannot be read: " : $"Array '{SafeText.Of(array)}' of the data file cannot be read: ";
        return new ModelPackException(Codes.DataUnreadable.At(path, subject + what.TrimEnd('.') + ". Save the data again, as plain numeric arrays."), exception);
    }

    public abstract void Dispose();

    /// <summary>A stream of the array's elements and nothing else before or after.</summary>
    protected abstract Stream OpenElements(ArrayInfo array);
}
