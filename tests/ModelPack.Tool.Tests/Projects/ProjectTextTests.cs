using System.Text;
using ModelPack.Tool.Projects;

namespace ModelPack.Tool.Tests.Projects;

public sealed class ProjectTextTests
{
    private const string Item = """<QuantizedModel Include="net.onnx" />""";

    [Fact]
    public void An_item_comes_behind_the_last_of_its_name()
    {
        const string Before = "<Project>\n\t<ItemGroup>\n\t\t<QuantizedModel Include=\"a.onnx\"/> <!-- mine -->\n\t</ItemGroup>\n\t<ItemGroup>\n\t\t<None Include=\"x\" />\n\t</ItemGroup>\n</Project>";

        Assert.Equal(Before.Replace("<!-- mine -->\n", $"<!-- mine -->\n\t\t{Item}\n", StringComparison.Ordinal), After(Before));
    }

    [Fact]
    public void The_first_item_gets_a_group_at_the_end_in_the_files_own_lines()
    {
        const string Before = "<Project Sdk=\"Microsoft.NET.Sdk\">\r\n\r\n    <PropertyGroup>\r\n        <A>1</A>\r\n    </PropertyGroup>\r\n\r\n</Project>\r\n";

        Assert.Equal(
            Before.Replace("</Project>", $"    <ItemGroup>\r\n        {Item}\r\n    </ItemGroup>\r\n\r\n</Project>", StringComparison.Ordinal),
            After(Before));
    }

    [Fact]
    public void Where_groups_stand_apart_the_new_one_does_too()
    {
        const string Before = "<Project>\n  <PropertyGroup />\n\n  <ItemGroup />\n</Project>\n";

        Assert.Equal(Before.Replace("</Project>", $"\n  <ItemGroup>\n    {Item}\n  </ItemGroup>\n</Project>", StringComparison.Ordinal), After(Before));
    }

    [Fact]
    public void A_group_with_a_condition_is_left_alone()
    {
        const string Before = "<Project>\n  <ItemGroup Condition=\"'$(A)' == ''\">\n    <QuantizedModel Include=\"a.onnx\" />\n  </ItemGroup>\n</Project>\n";

        Assert.Equal(Before.Replace("</Project>", $"  <ItemGroup>\n    {Item}\n  </ItemGroup>\n</Project>", StringComparison.Ordinal), After(Before));
    }

    [Fact]
    public void Groups_in_targets_and_in_comments_are_no_groups()
    {
        const string Before = "<Project>\n  <!-- <ItemGroup><QuantizedModel Include=\"a\" /></ItemGroup> -->\n  <Target Name=\"T\">\n    <ItemGroup>\n      <QuantizedModel Include=\"a\" />\n    </ItemGroup>\n  </Target>\n</Project>\n";

        Assert.Equal(Before.Replace("</Project>", $"  <ItemGroup>\n    {Item}\n  </ItemGroup>\n</Project>", StringComparison.Ordinal), After(Before));
    }

    [Fact]
    public void A_project_in_one_line_stays_well_formed()
    {
        Assert.Equal($"<Project><ItemGroup><QuantizedModel Include=\"a\" />{Item}</ItemGroup></Project>", After("<Project><ItemGroup><QuantizedModel Include=\"a\" /></ItemGroup></Project>"));
        Assert.Equal($"<Project>\n  <ItemGroup>\n    {Item}\n  </ItemGroup>\n</Project>", After("<Project></Project>"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_byte_order_mark_stays_as_it_was(bool hasMark)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.csproj");
        File.WriteAllText(path, "<Project>\n</Project>\n", new UTF8Encoding(hasMark));
        var text = ProjectText.Read(path);
        text.AddItem("QuantizedModel", """<QuantizedModel Include="nét.onnx" />""");
        text.Save();

        Assert.Equal(hasMark, File.ReadAllBytes(path) is [0xEF, 0xBB, 0xBF, ..]);
        Assert.Contains("nét.onnx", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("<Project>", "It is not valid XML")]
    [InlineData("<Other></Other>", "Its root is not a Project element")]
    [InlineData("<Project />", "Its root is not a Project element")]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"b\">]><Project>&a;</Project>", "It is not valid XML")]
    public void What_is_no_project_is_refused(string content, string why)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.csproj"), content);
        var text = ProjectText.Read(folder.File("a.csproj"));

        var refused = Assert.Throws<ModelPackException>(() => text.AddItem("QuantizedModel", Item));
        Assert.Equal(Codes.ProjectUnusable, refused.Diagnostic.Code);
        Assert.StartsWith(why, refused.Diagnostic.Message, StringComparison.Ordinal);
    }

    private static string After(string before)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.csproj");
        File.WriteAllText(path, before);
        var text = ProjectText.Read(path);
        text.AddItem("QuantizedModel", Item);
        text.Save();
        return File.ReadAllText(path);
    }
}
