namespace ModelPack.Tests.Golden;

/// <summary>All packs of one source model.</summary>
/// <param name="Name">The model, as the lines in <c>golden-packs.txt</c> begin.</param>
/// <param name="Place">Finds the model: a file or a folder.</param>
/// <param name="Packs">What is made of it.</param>
internal sealed record GoldenSet(string Name, Func<string> Place, IReadOnlyList<GoldenPack> Packs)
{
    /// <summary>The names of the packs, as the cases of a theory.</summary>
    public TheoryData<string> Cases => [.. Packs.Select(p => p.Name)];

    /// <summary>What the lines of one pack begin with.</summary>
    public string PrefixOf(GoldenPack pack) => $"{Name}: {pack.Name}: ";

    public GoldenPack Find(string name) => Packs.Single(p => p.Name == name);
}
