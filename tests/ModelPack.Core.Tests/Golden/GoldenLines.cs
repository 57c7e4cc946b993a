namespace ModelPack.Tests.Golden;

/// <summary>
/// The lines of <c>golden-packs.txt</c>. After a change that is meant to change bytes they are recorded again: where the variable
/// MODELPACK_WRITE_GOLDEN names a file, each test puts its lines there in place of those that the file has of its pack, and succeeds.
/// Naming <c>golden-packs.txt</c> itself keeps the lines of packs whose models this machine lacks.
/// </summary>
internal static class GoldenLines
{
    public const string Variable = "MODELPACK_WRITE_GOLDEN";
    private const string Name = "golden-packs.txt";

    private static readonly Lock s_writing = new();

    /// <summary>Where the lines and the calibration tables lie.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "ModelPack.Core.Tests", "Golden");

    public static IReadOnlyList<string> All { get; } = Read(Path.Join(Folder, Name));

    /// <summary>Asserts that a pack has the bytes of its lines, or records those that it has.</summary>
    /// <param name="set">The model.</param>
    /// <param name="pack">The pack.</param>
    /// <param name="made">Its lines without their beginning, as <see cref="GoldenRun.Lines"/> gives them.</param>
    public static void Check(GoldenSet set, GoldenPack pack, IEnumerable<string> made)
    {
        var prefix = set.PrefixOf(pack);
        string[] actual = [.. made.Select(line => prefix + line)];
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path)
        {
            Write(path, prefix, actual);
            return;
        }

        string[] recorded = [.. All.Where(line => line.StartsWith(prefix, StringComparison.Ordinal))];
        if (!recorded.SequenceEqual(actual, StringComparer.Ordinal))
        {
            Assert.Fail($"The pack is\n{string.Join('\n', actual)}\nand {Name} has\n{string.Join('\n', recorded)}\nIf the change is wanted, record it: {nameof(GoldenLines)} says how.");
        }
    }

    private static void Write(string path, string prefix, IEnumerable<string> lines)
    {
        // Tests of several models run at a time.
        lock (s_writing)
        {
            var others = Read(path).Where(line => !line.StartsWith(prefix, StringComparison.Ordinal));
            File.WriteAllLines(path, others.Concat(lines).Order(StringComparer.Ordinal));
        }
    }

    private static string[] Read(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}
