/// Events and answers of Java functions: JSON to and from texts, numbers, collections, maps, records and beans.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/java-handler.html#java-handler-types>
let javaValues = #"""
    import java.lang.reflect.Array;
    import java.lang.reflect.Constructor;
    import java.lang.reflect.Method;
    import java.lang.reflect.Modifier;
    import java.lang.reflect.ParameterizedType;
    import java.lang.reflect.Type;
    import java.util.ArrayList;
    import java.util.Collection;
    import java.util.LinkedHashMap;
    import java.util.List;
    import java.util.Map;
    import java.util.Optional;
    import java.util.TreeMap;

    final class Values {
      // MARK: Values to JSON

      static void write(Object value, StringBuilder out) throws IllegalArgumentException {
        if (value == null || value instanceof Boolean || value instanceof Number) out.append(value);
        else if (value instanceof Optional) write(((Optional<?>) value).orElse(null), out);
        else if (value instanceof CharSequence || value instanceof Character || value instanceof Enum) quote(value.toString(), out);
        else if (value instanceof Map) {
          out.append('{');
          String separator = "";
          for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
            out.append(separator);
            quote(String.valueOf(entry.getKey()), out);
            out.append(':');
            write(entry.getValue(), out);
            separator = ",";
          }
          out.append('}');
        } else if (value instanceof Collection) {
          out.append('[');
          String separator = "";
          for (Object item : (Collection<?>) value) {
            out.append(separator);
            write(item, out);
            separator = ",";
          }
          out.append(']');
        } else if (value instanceof byte[]) quote(java.util.Base64.getEncoder().encodeToString((byte[]) value), out);
        else if (value.getClass().isArray()) {
          List<Object> items = new ArrayList<>();
          for (int index = 0; index < Array.getLength(value); index++) items.add(Array.get(value, index));
          write(items, out);
        } else write(members(value), out);
      }

      /// What a bean or a record has.
      static Map<String, Object> members(Object value) {
        Map<String, Object> found = new TreeMap<>();
        try {
          Class<?> type = value.getClass();
          if (type.isRecord()) {
            Map<String, Object> ordered = new LinkedHashMap<>();
            for (java.lang.reflect.RecordComponent part : type.getRecordComponents()) {
              part.getAccessor().setAccessible(true);
              ordered.put(part.getName(), part.getAccessor().invoke(value));
            }
            return ordered;
          }
          for (Method method : type.getMethods()) {
            String name = method.getName();
            int skip = name.startsWith("get") ? 3 : name.startsWith("is") ? 2 : 0;
            if (skip == 0 || name.length() == skip || method.getParameterCount() > 0 || method.getDeclaringClass() == Object.class || Modifier.isStatic(method.getModifiers())) continue;
            method.setAccessible(true);
            found.put(Character.toLowerCase(name.charAt(skip)) + name.substring(skip + 1), method.invoke(value));
          }
          for (java.lang.reflect.Field field : type.getFields()) {
            if (!Modifier.isStatic(field.getModifiers())) found.putIfAbsent(field.getName(), field.get(value));
          }
        } catch (ReflectiveOperationException error) {
          throw new IllegalArgumentException("An error occurred during JSON serialization of response", error);
        }
        return found;
      }

      static void quote(String text, StringBuilder out) {
        out.append('"');
        for (char next : text.toCharArray()) {
          if (next == '"' || next == '\\') out.append('\\').append(next);
          else if (next == '\n') out.append("\\n");
          else if (next < 0x20) out.append(String.format("\\u%04x", (int) next));
          else out.append(next);
        }
        out.append('"');
      }

      // MARK: JSON to values

      /// A value as a parameter of that type wants it.
      static Object bind(Object value, Type wanted) throws Exception {
        Class<?> type = wanted instanceof ParameterizedType ? (Class<?>) ((ParameterizedType) wanted).getRawType() : wanted instanceof Class ? (Class<?>) wanted : Object.class;
        if (value == null && !type.isPrimitive()) return null;
        if (type == Object.class) return value;
        if (type == String.class || type == CharSequence.class) {
          if (value instanceof Map || value instanceof Collection) throw new IllegalArgumentException("An error occurred during JSON parsing: cannot make a java.lang.String of " + (value instanceof Map ? "an object" : "an array"));
          return String.valueOf(value);
        }
        if (type == boolean.class || type == Boolean.class) return value instanceof Boolean ? value : Boolean.parseBoolean(String.valueOf(value));
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
          java.math.BigDecimal number = value == null ? java.math.BigDecimal.ZERO : new java.math.BigDecimal(String.valueOf(value));
          if (type == int.class || type == Integer.class) return number.intValue();
          if (type == long.class || type == Long.class) return number.longValue();
          if (type == float.class || type == Float.class) return number.floatValue();
          if (type == short.class || type == Short.class) return number.shortValue();
          if (type == byte.class || type == Byte.class) return number.byteValue();
          if (type == java.math.BigInteger.class) return number.toBigInteger();
          if (type == java.math.BigDecimal.class) return number;
          return number.doubleValue();
        }
        Type[] inner = wanted instanceof ParameterizedType ? ((ParameterizedType) wanted).getActualTypeArguments() : new Type[0];
        if (Collection.class.isAssignableFrom(type)) {
          Collection<Object> items = java.util.Set.class.isAssignableFrom(type) ? new java.util.LinkedHashSet<>() : new ArrayList<>();
          for (Object item : (Collection<?>) value) items.add(bind(item, inner.length > 0 ? inner[0] : Object.class));
          return items;
        }
        if (Map.class.isAssignableFrom(type)) {
          Map<Object, Object> items = new LinkedHashMap<>();
          for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) items.put(entry.getKey(), bind(entry.getValue(), inner.length > 1 ? inner[1] : Object.class));
          return items;
        }
        Map<?, ?> members = (Map<?, ?>) value;
        if (type.isRecord()) {
          java.lang.reflect.RecordComponent[] parts = type.getRecordComponents();
          Class<?>[] types = new Class<?>[parts.length];
          Object[] values = new Object[parts.length];
          for (int index = 0; index < parts.length; index++) {
            types[index] = parts[index].getType();
            values[index] = bind(members.get(parts[index].getName()), parts[index].getGenericType());
          }
          Constructor<?> constructor = type.getDeclaredConstructor(types);
          constructor.setAccessible(true);
          return constructor.newInstance(values);
        }
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object bean = constructor.newInstance();
        for (Map.Entry<?, ?> entry : members.entrySet()) {
          String name = String.valueOf(entry.getKey());
          if (name.isEmpty()) continue;
          String setter = "set" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
          boolean isSet = false;
          for (Method method : type.getMethods()) {
            if (!method.getName().equals(setter) || method.getParameterCount() != 1) continue;
            method.setAccessible(true);
            method.invoke(bean, bind(entry.getValue(), method.getGenericParameterTypes()[0]));
            isSet = true;
          }
          for (java.lang.reflect.Field field : type.getFields()) {
            if (!isSet && field.getName().equals(name) && !Modifier.isFinal(field.getModifiers())) field.set(bean, bind(entry.getValue(), field.getGenericType()));
          }
        }
        return bean;
      }
    }

    final class Parser {
      final String text;
      int at = 0;

      Parser(String text) {
        this.text = text;
      }

      Object whole() {
        Object value = value(0);
        space();
        if (at < text.length()) throw bad();
        return value;
      }

      IllegalArgumentException bad() {
        return new IllegalArgumentException("An error occurred during JSON parsing at offset " + at);
      }

      void space() {
        while (at < text.length() && text.charAt(at) <= ' ') at++;
      }

      char next() {
        space();
        if (at >= text.length()) throw bad();
        return text.charAt(at);
      }

      boolean take(String word) {
        if (!text.startsWith(word, at)) return false;
        at += word.length();
        return true;
      }

      Object value(int depth) {
        if (depth > 512) throw bad();
        switch (next()) {
          case '{': {
            Map<String, Object> found = new LinkedHashMap<>();
            at++;
            while (next() != '}') {
              if (!found.isEmpty() && !take(",")) throw bad();
              if (next() != '"') throw bad();
              String key = string();
              if (next() != ':') throw bad();
              at++;
              found.put(key, value(depth + 1));
            }
            at++;
            return found;
          }
          case '[': {
            List<Object> found = new ArrayList<>();
            at++;
            while (next() != ']') {
              if (!found.isEmpty() && !take(",")) throw bad();
              found.add(value(depth + 1));
            }
            at++;
            return found;
          }
          case '"': return string();
          case 't': if (take("true")) return true; throw bad();
          case 'f': if (take("false")) return false; throw bad();
          case 'n': if (take("null")) return null; throw bad();
          default: return number();
        }
      }

      Object number() {
        int start = at;
        while (at < text.length() && "+-0123456789.eE".indexOf(text.charAt(at)) >= 0) at++;
        String found = text.substring(start, at);
        try {
          if (found.matches("-?\\d{1,9}")) return Integer.parseInt(found);
          if (found.matches("-?\\d{1,18}")) return Long.parseLong(found);
          return found.matches("-?\\d+") ? (Object) new java.math.BigInteger(found) : (Object) Double.parseDouble(found);
        } catch (NumberFormatException error) {
          throw bad();
        }
      }

      String string() {
        StringBuilder out = new StringBuilder();
        for (at++; at < text.length(); at++) {
          char next = text.charAt(at);
          if (next == '"') {
            at++;
            return out.toString();
          }
          if (next != '\\') {
            out.append(next);
            continue;
          }
          if (++at >= text.length()) throw bad();
          int place = "bfnrt".indexOf(text.charAt(at));
          if (place >= 0) out.append("\b\f\n\r\t".charAt(place));
          else if (text.charAt(at) == 'u' && at + 4 < text.length()) {
            out.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
            at += 4;
          } else out.append(text.charAt(at));
        }
        throw bad();
      }
    }
    """#
