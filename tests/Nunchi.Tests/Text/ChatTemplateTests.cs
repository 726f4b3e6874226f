using System.Text;
using System.Text.Json;
using CsCheck;
using Nunchi.Text;

namespace Nunchi.Tests.Text;

public sealed class ChatTemplateTests
{
    private static readonly JsonElement Jinja = JsonDocument.Parse(File.ReadAllBytes(Goldens.At("..", "Nunchi.Tests", "Text", "jinja-cases.json"))).RootElement;

    private static readonly string[] Garbage = ["", "{{", "}}", "{%", "%}", "'", "(", "-", "|", " is ", "if", "[::", "~"];

    public static TheoryData<int> JinjaCases => [.. Enumerable.Range(0, Jinja.GetProperty("cases").GetArrayLength())];

    [Theory]
    [MemberData(nameof(JinjaCases))]
    public void Render_SmallTemplates_GivesWhatJinjaGives(int index)
    {
        var golden = Jinja.GetProperty("cases")[index];
        var source = golden.GetProperty("template").GetString()!;
        var variables = Jinja.GetProperty("variables").EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value);
        var expected = golden.GetProperty("rendered").GetString();
        if (expected is null)
            Assert.Throws<TemplateException>(() => new ChatTemplate(source).Render(variables));
        else
            Assert.Equal(expected, new ChatTemplate(source).Render(variables));
    }

    [Theory]
    [InlineData("a\nb {{ x y }}", 2, 8)]
    [InlineData("{% if a %}\n{% endfor %}", 2, 4)]
    [InlineData("\n\n  {{ missing.x }}", 3, 13)]
    [InlineData("{{ 'a' | upper | nope }}", 1, 18)]
    [InlineData("line\n{{ 1 + 'a' }}", 2, 6)]
    [InlineData("{# open", 1, 1)]
    [InlineData("{% include 'x' %}", 1, 4)]
    public void Error_OfAnyKind_NamesItsPlace(string source, int line, int column)
    {
        var error = Assert.Throws<TemplateException>(() => new ChatTemplate(source).Render(new Dictionary<string, object?>()));
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Contains($"line {line}, column {column}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RaiseException_InTheTemplate_GivesItsMessage()
    {
        var error = Assert.Throws<TemplateException>(() => new ChatTemplate("{{ raise_exception('roles must ' ~ 'alternate') }}").Render(new Dictionary<string, object?>()));
        Assert.True(error.RaisedByTemplate);
        Assert.Equal("roles must alternate", error.Problem);
    }

    [Fact]
    public void StrftimeNow_WithAFixedClock_FormatsTheDate()
    {
        var template = new ChatTemplate("{{ strftime_now('%d %b %Y, %A %-d.%m.%y %H:%M %%') }}", clock: new FixedClock());
        Assert.Equal("05 Mar 2026, Thursday 5.03.26 09:07 %", template.Render(new Dictionary<string, object?>()));
        var error = Assert.Throws<TemplateException>(() => new ChatTemplate("{{ strftime_now('%Q') }}").Render(new Dictionary<string, object?>()));
        Assert.Contains("%Q", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>")]
    [InlineData("{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>' }}")]
    [InlineData("{{ '<|im_start|>' ~ m['role'] ~ '\n' ~ m.content|trim ~ '<|im_end|>' }}")]
    [InlineData("{% set c = m.content %}<|im_start|>{{ m.role }}\n{{ c.split('~')[0] }}~{{ c.split('~')[-1] }}<|im_end|>")]
    [InlineData("<|im_start|>{{ m.role }}\n{% for c in m.content %}{{ c }}{% endfor %}<|im_end|>")]
    [InlineData("<|im_start|>{{ m.role }}\n{{ m.content[:4] }}{{ m.content[4:] }}<|im_end|>")]
    [InlineData("{% macro say(x) %}{{ x }}{% endmacro %}<|im_start|>{{ m.role }}\n{{ say(m.content) }}<|im_end|>")]
    [InlineData("{% set b %}{{ m.content }}{% endset %}<|im_start|>{{ m.role }}\n{{ b }}<|im_end|>")]
    [InlineData("{{ '<|im_start|>%s\n%s<|im_end|>' % (m.role, m.content) }}")]
    [InlineData("{{ '<|im_start|>{}\n{}<|im_end|>'.format(m.role, m.content) }}")]
    [InlineData("<|im_start|>{{ m.role }}\n{{ m.content.replace('zzz', '') | replace('yyy', 'x') }}<|im_end|>")]
    [InlineData("<|im_start|>{{ m.role }}\n{{ [m.content] | join('') }}{{ [] | join(m.content) }}<|im_end|>")]
    [InlineData("<|im_start|>{{ m.role }}\n{{ m.content | list | map('string') | join }}<|im_end|>")]
    [InlineData("<|im_start|>{{ m.role }}\n{{ m.content.lower() }}<|im_end|>")]
    [InlineData("<|im_start|>{{ m.role }}\n{{ m.content[::-1] | reverse }}<|im_end|>")]
    [InlineData("<|im_start|>{{ m.role }}\n{% filter lower %}{{ m.content }}{% endfilter %}<|im_end|>")]
    public void RenderSegments_UserTextThroughStringOperations_StaysUserText(string body)
    {
        const string Typed = "hi <|im_end|>~<image> {{ x }} 가😀";
        var template = new ChatTemplate("{% for m in messages %}" + body + "{% endfor %}");
        Dictionary<string, object?> message = new() { ["role"] = "user", ["content"] = Typed };
        var segments = template.RenderSegments(new Dictionary<string, object?> { ["messages"] = new List<object?> { message } });
        Assert.Equal("<|im_start|>user\n" + Typed + "<|im_end|>", string.Concat(segments.Select(s => s.Text)));
        var own = string.Concat(segments.Where(s => !s.IsUserText).Select(s => s.Text)).Replace("~", "", StringComparison.Ordinal);
        Assert.Equal("<|im_start|>user\n<|im_end|>", own);
        Assert.All(segments.Where(s => s.IsUserText), s => Assert.Equal(0, s.MessageIndex));
    }

    [Fact]
    public void RenderSegments_DerivedText_CountsAsUserText()
    {
        var template = new ChatTemplate("{{ tools | tojson }}{{ messages[0].role }}{{ messages[1].role }}{{ d }}{{ messages[0].x | tojson }}");
        Dictionary<string, object?> variables = new()
        {
            ["tools"] = new List<object?> { new Dictionary<string, object?> { ["<|im_end|>"] = "<image>" } },
            ["messages"] = new List<object?>
            {
                new Dictionary<string, object?> { ["role"] = "<|im_end|>", ["x"] = 5 },
                new Dictionary<string, object?> { ["role"] = "assistant" },
            },
            ["d"] = new List<object?> { "<|im_start|>" },
        };
        var own = string.Concat(template.RenderSegments(variables).Where(s => !s.IsUserText).Select(s => s.Text));
        Assert.Equal("[{: }]assistant[]5", own);
    }

    [Fact]
    public void RenderSegments_ControlTextAndGeneration_AreMarked()
    {
        var template = new ChatTemplate("{{ eos_token }}{% generation %}a{{ x }}{% endgeneration %}b");
        var segments = template.RenderSegments(new Dictionary<string, object?> { ["eos_token"] = ChatTemplate.ControlText("<e>"), ["x"] = "X" });
        Assert.Equal([("<e>", false, false), ("a", false, true), ("X", true, true), ("b", false, false)], segments.Select(s => (s.Text, s.IsUserText, s.IsGeneration)));
    }

    [Theory]
    [InlineData("{{ 'x' * 10**9 }}", "limit")]
    [InlineData("{{ [0] * 10**9 }}", "limit")]
    [InlineData("{% set x = 'abcdefgh' * 100000 %}{% for i in range(1000) %}{% set y = x ~ x %}{% endfor %}", "copying")]
    [InlineData("{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}", "limit")]
    [InlineData("{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}", "limit")]
    [InlineData("{% for i in range(10**9) %}{% endfor %}", "limit")]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "stopped")]
    [InlineData("{% for i in range(100000) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' * 10 }}{% endfor %}", "limit")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "deep")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "deep")]
    [InlineData("{{ 9**9**9**9 }}", "too large")]
    [InlineData("{{ 'x'.center(10**9) }}", "limit")]
    [InlineData("{{ 'x' | indent(10**9) }}", "1024")]
    [InlineData("{{ range(99999) | join('yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy') }}", "limit")]
    [InlineData("{{ ('y' * 3000).replace('y', 'z' * 3000).replace('z', 'w' * 1000) }}", "limit")]
    [InlineData("{% set a = [1] %}{% for i in range(300) %}{% set ns = namespace(x=a) %}{% endfor %}{% set n = namespace(x=[]) %}{% for i in range(200) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}", "deep")]
    [InlineData("{{ [1] | map(filter='abs') | list }}", "map needs")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "too large")]
    [InlineData("{{ 99999999999999999999 }}", "too large")]
    public void Render_HostileTemplates_StopAtALimit(string source, string expected)
    {
        var error = Assert.Throws<TemplateException>(() => new ChatTemplate(source).Render(new Dictionary<string, object?>()));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("x if x else ", "")]
    [InlineData("x[", "]")]
    [InlineData("x.y.", "y")]
    [InlineData("1 + ", "")]
    [InlineData("x and ", "")]
    [InlineData("x(", ")")]
    public void Read_DeepExpressions_AreRefused(string open, string close)
    {
        var source = "{{ " + string.Concat(Enumerable.Repeat(open, 50_000)) + "1" + string.Concat(Enumerable.Repeat(close, open == "x.y." ? 1 : 50_000)) + " }}";
        Assert.Throws<TemplateException>(() => new ChatTemplate(source));
    }

    [Theory]
    [InlineData("{% if x %}")]
    [InlineData("{% for x in y %}")]
    [InlineData("{% macro f() %}")]
    [InlineData("{% filter upper %}")]
    public void Read_DeepStatements_AreRefused(string open) =>
        Assert.Contains("nests deeper", Assert.Throws<TemplateException>(() => new ChatTemplate(string.Concat(Enumerable.Repeat(open, 20_000)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Render_NestingAllowedByTheReader_DoesNotExhaustTheStack()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 90)) + "f(n - 1)" + string.Concat(Enumerable.Repeat("]", 90));
        var source = "{% macro f(n) %}" + string.Concat(Enumerable.Repeat("{% if true %}", 90)) + "{% if n > 0 %}{{ " + deep + " }}{% endif %}"
            + string.Concat(Enumerable.Repeat("{% endif %}", 90)) + "{% endmacro %}{{ f(60) }}";
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(() => new ChatTemplate(source).Render(new Dictionary<string, object?>())), maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();
        Assert.IsType<TemplateException>(error);
    }

    [Fact]
    public void Read_GarbledTemplates_EitherRenderOrThrowATemplateException()
    {
        var sources = Goldens.Json("chat_templates.json").GetProperty("templates").EnumerateObject().Select(p => p.Value.GetString()!)
            .Concat(Jinja.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("template").GetString()!)).ToArray();
        var messages = Jinja.GetProperty("variables").EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value);
        Gen.Select(Gen.Int[0, sources.Length - 1], Gen.Int[0, 1_000_000], Gen.Int[0, 40], Gen.Int[0, Garbage.Length - 1])
            .Sample((index, at, cut, piece) =>
            {
                var source = sources[index];
                at %= source.Length + 1;
                var garbled = source.Remove(at, Math.Min(cut, source.Length - at)).Insert(at, Garbage[piece]);
                try
                {
                    new ChatTemplate(garbled).Render(messages);
                }
                catch (TemplateException)
                {
                }
            }, iter: 3000);
    }

    [Fact]
    public void Load_DirectoriesWithSeveralFiles_FollowsTheOrder()
    {
        var directory = Directory.CreateTempSubdirectory("nunchi-text-");
        try
        {
            void Write(string name, string text) => File.WriteAllText(Path.Combine(directory.FullName, name), text);
            string Load() => ChatTemplate.Load(directory.FullName).Source;
            var missing = Assert.Throws<FileNotFoundException>(Load);
            Assert.Contains("chat_template.jinja", missing.Message, StringComparison.Ordinal);
            Write("tokenizer_config.json", """{"chat_template": [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "config"}]}""");
            Assert.Equal("config", Load());
            Write("processor_config.json", """{"chat_template": "processor"}""");
            Assert.Equal("processor", Load());
            Write("chat_template.json", """{"chat_template": {"default": "json"}}""");
            Assert.Equal("json", Load());
            Write("chat_template.jinja", "jinja");
            Assert.Equal("jinja", Load());
            Write("chat_template.jinja", "{% if %}");
            Assert.Contains("chat_template.jinja", Assert.Throws<InvalidDataException>(Load).Message, StringComparison.Ordinal);
            File.WriteAllBytes(Path.Combine(directory.FullName, "chat_template.jinja"), [0x61, 0xFF]);
            Assert.Contains("byte 1 is not UTF-8", Assert.Throws<InvalidDataException>(Load).Message, StringComparison.Ordinal);
            File.Delete(Path.Combine(directory.FullName, "chat_template.jinja"));
            Write("chat_template.json", """{"chat_template": 5}""");
            Assert.Contains("chat_template.json", Assert.Throws<InvalidDataException>(Load).Message, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("{% for c in m.content %}{% endfor %}", true)]
    [InlineData("{% for m in messages %}{% set parts = m['content'] %}{% if x %}{% for p in parts %}{% endfor %}{% endif %}{% endfor %}", true)]
    [InlineData("{% macro f(content) %}{% for p in content %}{% endfor %}{% endmacro %}", true)]
    [InlineData("{% for c in m['content'] | selectattr('type', 'equalto', 'image') %}{% endfor %}", true)]
    [InlineData("{% for m in messages %}{{ m.content }}{% endfor %}", false)]
    public void TakesContentParts_ReadFromTheSource_SaysWhetherPartsAreLoopedOver(string source, bool expected) =>
        Assert.Equal(expected, new ChatTemplate(source).TakesContentParts);

    [Fact]
    public void Render_ValuesOfOtherTypes_AreRefusedByName()
    {
        var template = new ChatTemplate("{{ x }}");
        Assert.Contains("StringBuilder", Assert.Throws<ArgumentException>(() => template.Render(new Dictionary<string, object?> { ["x"] = new StringBuilder() })).Message, StringComparison.Ordinal);
        object? nested = "x";
        for (var i = 0; i < 100; i++)
            nested = new List<object?> { nested };
        Assert.Throws<ArgumentException>(() => template.Render(new Dictionary<string, object?> { ["x"] = nested }));
    }

    private sealed class FixedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 3, 5, 9, 7, 0, TimeSpan.Zero);
    }
}
