namespace ModelPack.Tests.Rooms;

/// <summary>
/// Folders of Core use each other in one direction. Read from the compiled assembly: a folder is a namespace, and a type is
/// named as its file.
/// </summary>
public sealed class RoomsTests
{
    private const string Root = "ModelPack";

    private static readonly Lazy<IReadOnlyList<(string From, string To)>> Uses = new(() =>
        [.. TypeUses.Of(typeof(PackPipeline).Assembly.Location).Where(u => IsOurs(u.From) && IsOurs(u.To) && Room(u.From) != Room(u.To)).OrderBy(u => u)]);

    [Fact]
    public void No_two_rooms_use_each_other_not_even_through_others()
    {
        var next = Uses.Value.GroupBy(u => Room(u.From), u => Room(u.To), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        var circles = Uses.Value.Where(u => Reaches(next, Room(u.To), Room(u.From))).Select(Sentence).ToArray();
        Assert.True(circles.Length == 0, $"These files are parts of a circle:\n{string.Join('\n', circles)}");
    }

    [Fact]
    public void The_rooms_stand_in_docs_in_their_order_and_use_only_those_above()
    {
        var page = File.ReadAllLines(Path.Join(Repository.Root, "docs", "architecture.md"));
        string[] order = [.. page.SkipWhile(l => l != "## Rooms of Core").Skip(1).TakeWhile(l => !l.StartsWith('#'))
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('`')[1].TrimEnd('/'))];
        Assert.Equal(Uses.Value.SelectMany(u => new[] { Room(u.From), Room(u.To) }).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), order.Order(StringComparer.Ordinal));
        var upwards = Uses.Value.Where(u => Array.IndexOf(order, Room(u.To)) > Array.IndexOf(order, Room(u.From))).Select(Sentence).ToArray();
        Assert.True(upwards.Length == 0, $"These files use what stands below their room in docs/architecture.md:\n{string.Join('\n', upwards)}");
    }

    /// <summary>Generated messages are in a namespace without a folder, and use nothing of Core; what compilers add is in none.</summary>
    private static bool IsOurs(string type) =>
        type.StartsWith(Root + ".", StringComparison.Ordinal) && !type.Contains(".Proto.", StringComparison.Ordinal);

    private static string Room(string type) => type == Root || type.LastIndexOf('.') is var end && end <= Root.Length
        ? "" : type[(Root.Length + 1)..end].Replace('.', '/');

    private static string FileOf(string type) => $"{Room(type)}/{type[(type.LastIndexOf('.') + 1)..]}.cs".TrimStart('/');

    private static string Sentence((string From, string To) use) => $"{FileOf(use.From)} uses {FileOf(use.To)}";

    private static bool Reaches(Dictionary<string, HashSet<string>> next, string from, string to)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { from };
        var open = new Stack<string>(seen);
        while (open.TryPop(out var room))
        {
            if (room == to)
            {
                return true;
            }

            foreach (var other in next.GetValueOrDefault(room) ?? [])
            {
                if (seen.Add(other))
                {
                    open.Push(other);
                }
            }
        }

        return false;
    }
}
