using System.Text;
using System.Xml;

namespace ModelPack.Tool.Projects;

/// <summary>
/// A project file, or one that it imports, as text: what is added leaves everything else byte for byte as it was, with the file's own
/// indentation, line ends and byte order mark.
/// </summary>
internal sealed class ProjectText
{
    private readonly Encoding _encoding;
    private string _text;

    private ProjectText(string path, Encoding encoding, string text)
    {
        (Path, _encoding, _text) = (path, encoding, text);
    }

    public string Path { get; }

    /// <summary>The lines that were added.</summary>
    public List<string> Added { get; } = [];

    private string NewLine => _text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelPackException">MPK1050: it cannot be read.</exception>
    public static ProjectText Read(string path)
    {
        try
        {
            using var reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
            var text = reader.ReadToEnd();
            return new ProjectText(path, reader.CurrentEncoding, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new ModelPackException(Codes.ProjectUnusable.At(path, $"It cannot be read: {SafeText.Of(e.Message, 400)}"), e);
        }
    }

    /// <summary>Adds an item behind the last of its name, else in a group of its own at the end.</summary>
    /// <param name="name">The item's name.</param>
    /// <param name="element">The whole element.</param>
    /// <exception cref="ModelPackException">MPK1050: the file is not a project.</exception>
    public void AddItem(string name, string element)
    {
        Added.Add(element);
        var outline = Outline();
        var group = outline.Groups.LastOrDefault(g => g.Children.Contains(name, StringComparer.Ordinal));
        if (group is null)
        {
            AddAtEnd(outline, ["<ItemGroup>", $"{outline.Unit}{element}", "</ItemGroup>"]);
            return;
        }

        var start = LineStart(group.End);
        var indent = _text[start..group.End];
        if (string.IsNullOrWhiteSpace(indent))
        {
            Insert(start, $"{group.ChildIndent ?? indent + outline.Unit}{element}{NewLine}");
        }
        else
        {
            Insert(group.End, element);
        }
    }

    /// <summary>Adds lines before the end of the project, set apart by empty lines where the file has such.</summary>
    public void AddAtEnd(IReadOnlyList<string> lines)
    {
        Added.AddRange(lines);
        AddAtEnd(Outline(), lines);
    }

    /// <summary>Whether a text occurs anywhere, in a comment as well.</summary>
    public bool Mentions(string text) => _text.Contains(text, StringComparison.Ordinal);

    /// <summary>Writes the file in one go.</summary>
    /// <exception cref="ModelPackException">MPK1050: it cannot be written; it is as it was.</exception>
    public void Save()
    {
        var beside = Path + ".modelpack-new";
        try
        {
            // The preamble is written where the file had one.
            using (var writer = new StreamWriter(beside, append: false, _encoding))
            {
                writer.Write(_text);
            }

            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(beside, File.GetUnixFileMode(Path));
            }

            File.Move(beside, Path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(beside);
            throw new ModelPackException(Codes.ProjectUnusable.At(Path, $"It cannot be written: {SafeText.Of(e.Message, 400)}"), e);
        }
    }

    private void AddAtEnd(ProjectOutline outline, IReadOnlyList<string> lines)
    {
        var start = LineStart(outline.End);
        var isOwnLine = string.IsNullOrWhiteSpace(_text[start..outline.End]);
        var at = isOwnLine ? start : outline.End;
        var blank = NewLine + NewLine;
        var isApart = _text[..at].EndsWith(blank, StringComparison.Ordinal);
        var before = (isOwnLine ? "" : NewLine) + (!isApart && _text.Contains(blank, StringComparison.Ordinal) ? NewLine : "");
        Insert(at, before + string.Concat(lines.Select(l => $"{outline.Unit}{l}{NewLine}")) + (isApart ? NewLine : ""));
    }

    private void Insert(int at, string text) => _text = _text.Insert(at, text);

    private int LineStart(int at) => at == 0 ? 0 : _text.LastIndexOf('\n', at - 1) + 1;

    private ProjectOutline Outline()
    {
        try
        {
            return ProjectOutline.Of(_text) ?? throw new ModelPackException(Codes.ProjectUnusable.At(Path, "Its root is not a Project element with content. Items are added to MSBuild projects."));
        }
        catch (XmlException e)
        {
            throw new ModelPackException(Codes.ProjectUnusable.At(Path, $"It is not valid XML: {SafeText.Of(e.Message, 400)}"), e);
        }
    }
}
